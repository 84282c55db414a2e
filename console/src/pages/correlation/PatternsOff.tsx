import { Select } from "antd";
import { usePatterns } from "../../api/patterns";
import { Panel } from "../../components/PageHead";
import { useLocal, useText } from "../../i18n/text";
import css from "./Correlation.module.css";

interface Props {
  off: string[];
  disabled: boolean;
  onChange: (off: string[]) => void;
}

/** Expert patterns that do not count here, chosen by what they are called. */
export function PatternsOff({ off, disabled, onChange }: Props) {
  const t = useText().correlation;
  const local = useLocal();
  const patterns = usePatterns();
  const known = (patterns.data ?? []).map((pattern) => ({ value: pattern.id, label: local(pattern.title) }));
  // One that is off and that this server no longer has can still be taken off the list.
  const gone = off.filter((id) => !known.some(({ value }) => value === id)).map((id) => ({ value: id, label: id }));
  return (
    <Panel title={t.patterns}>
      <div className={css.body}>
        <p className="muted">{t.patternsHint}</p>
        <Select<string[]>
          mode="multiple"
          aria-label={t.patterns}
          placeholder={t.patternsNone}
          loading={patterns.isLoading}
          value={off}
          disabled={disabled}
          options={[...known, ...gone]}
          showSearch={{ optionFilterProp: "label" }}
          onChange={onChange}
        />
      </div>
    </Panel>
  );
}
