import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Input, Select } from "antd";
import type { Condition, ConditionField, Predicate } from "../api/types";
import type { Dictionary } from "../i18n/dictionary";
import { useLocal, useText, word } from "../i18n/text";
import css from "./ConditionEditor.module.css";
import { optionsOf } from "./FilterBar";
import { checkFormula, type FormulaMistake } from "./formula";

export interface ConditionEditorProps {
  value?: Condition;
  onChange?: (condition: Condition) => void;
  /** What can be compared, as the server offers it: the form is generated from it. */
  fields: ConditionField[];
  /** What it means to have no condition, where that is not that it always holds. */
  empty?: string;
}

const EMPTY: Condition = { conditions: [] };

/** A comparison about a field, to be filled in. */
const fresh = (field: ConditionField): Predicate => ({
  left: field.name,
  operator: field.operators[0] ?? "equals",
  right: [],
  not: false,
});

/** Numbered comparisons and how they combine. */
export function ConditionEditor({ value = EMPTY, onChange, fields, empty }: ConditionEditorProps) {
  const t = useText().conditions;
  const set = (conditions: Predicate[]) => onChange?.({ ...value, conditions });
  const add = () => {
    const field = fields[0];
    if (field) set([...value.conditions, fresh(field)]);
  };
  return (
    <div className={css.editor}>
      {value.conditions.length === 0 && <p className="muted">{empty ?? t.always}</p>}
      {value.conditions.map((predicate, index) => (
        <Line
          key={index}
          number={index + 1}
          predicate={predicate}
          fields={fields}
          onChange={(next) => set(value.conditions.map((old, at) => (at === index ? next : old)))}
          onRemove={() => set(value.conditions.filter((_, at) => at !== index))}
        />
      ))}
      <div className="row wrap">
        <Button size="small" icon={<PlusOutlined />} onClick={add} disabled={fields.length === 0}>
          {t.add}
        </Button>
        {(value.conditions.length > 1 || value.formula) && (
          <Input
            size="small"
            className={css.formula ?? ""}
            aria-label={t.formula}
            prefix={<span className="muted">{t.formula}</span>}
            placeholder={t.formulaHint}
            value={value.formula ?? ""}
            onChange={(event) => onChange?.({ ...value, formula: event.target.value.trimStart() || null })}
          />
        )}
      </div>
      <FormulaNote formula={value.formula ?? ""} count={value.conditions.length} />
    </div>
  );
}

/** What is wrong with the formula, at its place; nothing while nothing is. */
function FormulaNote({ formula, count }: { formula: string; count: number }) {
  const t = useText().conditions.mistakes;
  const mistake = count > 1 || formula !== "" ? checkFormula(formula, count) : null;
  if (!mistake) return null;
  return (
    <div className={css.mistake} role="status">
      <pre aria-hidden="true">
        {formula}
        {"\n"}
        {" ".repeat(mistake.at)}^
      </pre>
      {sentence(mistake, count, t)}
    </div>
  );
}

function sentence({ kind, at, number }: FormulaMistake, count: number, t: Dictionary["conditions"]["mistakes"]): string {
  if (kind === "noSuchCondition") return t.noSuchCondition(at + 1, number ?? 0, count);
  return kind === "unused" ? t.unused(number ?? 0) : t[kind](at + 1);
}

interface LineProps {
  number: number;
  predicate: Predicate;
  fields: ConditionField[];
  onChange: (predicate: Predicate) => void;
  onRemove: () => void;
}

function Line({ number, predicate, fields, onChange, onRemove }: LineProps) {
  const t = useText();
  const local = useLocal();
  const field = fields.find((candidate) => candidate.name === predicate.left);
  const operators = field?.operators ?? [predicate.operator];
  const pick = (name: string) => {
    const next = fields.find((candidate) => candidate.name === name);
    if (next) onChange(fresh(next));
  };
  return (
    <div className={css.line}>
      <span className={css.number}>{number}</span>
      <Select
        showSearch={{ optionFilterProp: "label" }}
        aria-label={t.conditions.field}
        value={predicate.left}
        options={fields.map((candidate) => ({ value: candidate.name, label: local(candidate.title) }))}
        onChange={pick}
      />
      <Checkbox checked={predicate.not} onChange={(event) => onChange({ ...predicate, not: event.target.checked })}>
        {t.conditions.not}
      </Checkbox>
      <Select
        aria-label={t.conditions.operator}
        value={predicate.operator}
        options={operators.map((operator) => ({ value: operator, label: word(t.words.operator, operator) }))}
        onChange={(operator) => onChange({ ...predicate, operator })}
      />
      <Values predicate={predicate} field={field} onChange={(right) => onChange({ ...predicate, right })} />
      <Button type="text" icon={<DeleteOutlined />} aria-label={t.conditions.remove} onClick={onRemove} />
    </div>
  );
}

/** Operators whose right side is a list of any length. */
const MANY = new Set(["in", "contains", "in_network", "between"]);

function Values(props: {
  predicate: Predicate;
  field: ConditionField | undefined;
  onChange: (right: string[]) => void;
}) {
  const { predicate, field, onChange } = props;
  const t = useText();
  const local = useLocal();
  const label = t.conditions.value;
  if (predicate.operator === "exists") return <span />;
  const options =
    field?.type === "level" && !field.values
      ? optionsOf(t.words.level)
      : field?.values?.map((item) => ({ value: item.value, label: local(item.title) }));
  if (MANY.has(predicate.operator)) {
    return (
      <Select<string[]>
        mode={options ? "multiple" : "tags"}
        aria-label={label}
        placeholder={label}
        value={predicate.right}
        options={options ?? []}
        open={options ? undefined : false}
        tokenSeparators={[","]}
        onChange={onChange}
      />
    );
  }
  if (options) {
    return (
      <Select
        aria-label={label}
        placeholder={label}
        value={predicate.right?.[0]}
        options={options}
        onChange={(one: string) => onChange([one])}
      />
    );
  }
  return (
    <Input
      aria-label={label}
      placeholder={label}
      value={predicate.right?.[0] ?? ""}
      onChange={(event) => onChange([event.target.value])}
    />
  );
}
