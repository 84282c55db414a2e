import { Select } from "antd";
import { formatDuration } from "../format/duration";
import { useText } from "../i18n/text";

const PRESETS = [3_600, 6 * 3_600, 86_400, 3 * 86_400, 7 * 86_400, 30 * 86_400];

interface Props {
  value?: number;
  onChange?: (seconds: number) => void;
  presets?: number[];
  width?: number;
  id?: string;
}

/** How long something lasts: the usual lengths, and the one it has. */
export function DurationSelect({ value, onChange, presets = PRESETS, width = 120, id }: Props) {
  const t = useText();
  const all = value === undefined || presets.includes(value) ? presets : [...presets, value].sort((a, b) => a - b);
  return (
    <Select<number>
      {...(id && { id })}
      {...(value !== undefined && { value })}
      {...(onChange && { onChange })}
      style={{ width }}
      aria-label={t.event.duration}
      options={all.map((seconds) => ({ value: seconds, label: formatDuration(seconds, t.words.duration) }))}
    />
  );
}
