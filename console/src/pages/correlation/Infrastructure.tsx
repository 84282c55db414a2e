import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input, Select } from "antd";
import type { EntityType } from "../../api/types";
import { Panel } from "../../components/PageHead";
import { useText } from "../../i18n/text";
import css from "./Correlation.module.css";
import { withRow, type Draft, type Row } from "./draft";

interface Props {
  draft: Draft;
  mistakes: Map<number, string>;
  disabled: boolean;
  onChange: (draft: Draft) => void;
}

/** What everything shares: one line each. */
export function Infrastructure({ draft, mistakes, disabled, onChange }: Props) {
  const t = useText().correlation;
  const set = (rows: Row[]) => onChange({ ...draft, rows });
  return (
    <Panel title={t.infrastructure}>
      <div className={css.body}>
        <p className="muted">{t.infrastructureHint}</p>
        {draft.rows.length === 0 && <p className="muted">{t.none}</p>}
        {draft.rows.map((row) => (
          <Line
            key={row.number}
            row={row}
            mistake={mistakes.get(row.number)}
            disabled={disabled}
            onChange={(next) => set(draft.rows.map((old) => (old.number === next.number ? next : old)))}
            onRemove={() => set(draft.rows.filter((old) => old.number !== row.number))}
          />
        ))}
        <div>
          <Button size="small" icon={<PlusOutlined />} disabled={disabled} onClick={() => onChange(withRow(draft))}>
            {t.add}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

interface LineProps {
  row: Row;
  mistake: string | undefined;
  disabled: boolean;
  onChange: (row: Row) => void;
  onRemove: () => void;
}

function Line({ row, mistake, disabled, onChange, onRemove }: LineProps) {
  const t = useText();
  const types = Object.entries(t.words.entity) as [EntityType, string][];
  return (
    <div>
      <div className={css.line}>
        <Select<EntityType>
          aria-label={t.correlation.type}
          value={row.type}
          disabled={disabled}
          options={types.map(([value, label]) => ({ value, label }))}
          onChange={(type) => onChange({ ...row, type })}
        />
        <Input
          aria-label={t.correlation.value}
          placeholder={row.type === "ip" ? t.correlation.valueHint : t.correlation.value}
          value={row.value}
          disabled={disabled}
          {...(mistake && { status: "error" as const })}
          onChange={(event) => onChange({ ...row, value: event.target.value })}
        />
        <Input
          aria-label={t.correlation.note}
          placeholder={t.correlation.note}
          value={row.note ?? ""}
          disabled={disabled}
          onChange={(event) => onChange({ ...row, note: event.target.value })}
        />
        <Button type="text" icon={<DeleteOutlined />} aria-label={t.correlation.remove} disabled={disabled} onClick={onRemove} />
      </div>
      {mistake && (
        <div className={css.mistake} role="alert">
          {mistake}
        </div>
      )}
    </div>
  );
}
