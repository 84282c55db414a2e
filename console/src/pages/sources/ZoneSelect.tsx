import { Select } from "antd";
import { useText } from "../../i18n/text";

const two = (n: number) => String(n).padStart(2, "0");

/** The offsets clocks are set to somewhere, in minutes. */
const OFFSETS = [
  ...Array.from({ length: 27 }, (_, index) => (index - 12) * 60),
  ...[-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765],
].sort((a, b) => a - b);

function show(minutes: number): string {
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The zone of log times that name none: a fixed offset, as logs have. */
export function ZoneSelect({ value, onChange, id }: { value?: string; onChange?: (zone: string) => void; id?: string }) {
  const t = useText().sources;
  return (
    <Select<string>
      {...(id && { id })}
      {...(value !== undefined && { value })}
      {...(onChange && { onChange })}
      showSearch
      aria-label={t.timeZone}
      style={{ width: 160 }}
      options={OFFSETS.map((minutes) => ({ value: show(minutes), label: show(minutes) }))}
    />
  );
}
