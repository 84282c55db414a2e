import { DeleteOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { useRule, useRules } from "../../api/rules";
import { to } from "../../app/paths";
import { Panel } from "../../components/PageHead";
import { useLocal, useText } from "../../i18n/text";
import css from "./Correlation.module.css";

interface Props {
  noisy: Record<string, boolean>;
  disabled: boolean;
  onChange: (noisy: Record<string, boolean>) => void;
}

/** Rules whose noise is judged by people: always, or never. */
export function NoisyRules({ noisy, disabled, onChange }: Props) {
  const t = useText().correlation;
  const without = (rule: string) => Object.fromEntries(Object.entries(noisy).filter(([id]) => id !== rule));
  return (
    <Panel title={t.noisy}>
      <div className={css.body}>
        <p className="muted">{t.noisyHint}</p>
        {Object.entries(noisy).map(([rule, value]) => (
          <div key={rule} className={css.rule}>
            <RuleName id={rule} />
            <Select<"always" | "never">
              aria-label={t.judged}
              value={value ? "always" : "never"}
              disabled={disabled}
              options={[
                { value: "always", label: t.always },
                { value: "never", label: t.never },
              ]}
              onChange={(next) => onChange({ ...noisy, [rule]: next === "always" })}
            />
            <Button
              type="text"
              icon={<DeleteOutlined />}
              aria-label={t.remove}
              disabled={disabled}
              onClick={() => onChange(without(rule))}
            />
          </div>
        ))}
        <RulePicker disabled={disabled} known={noisy} onPick={(rule) => onChange({ ...noisy, [rule]: true })} />
      </div>
    </Panel>
  );
}

function RuleName({ id }: { id: string }) {
  const rule = useRule(id);
  const local = useLocal();
  return <Link to={to.rules({ rule: id })}>{rule.data ? local(rule.data.title) : id}</Link>;
}

/** Finds a rule by what it is called. */
function RulePicker(props: { disabled: boolean; known: Record<string, boolean>; onPick: (rule: string) => void }) {
  const t = useText().correlation;
  const local = useLocal();
  const [typed, setTyped] = useState("");
  const found = useRules(typed === "" ? {} : { text: typed });
  const options = found.items
    .filter((rule) => !(rule.id in props.known))
    .map((rule) => ({ value: rule.id, label: local(rule.title) }));
  return (
    <Select<string>
      aria-label={t.addRule}
      placeholder={t.addRule}
      disabled={props.disabled}
      style={{ maxWidth: 420 }}
      value={null}
      showSearch={{ filterOption: false, onSearch: setTyped, searchValue: typed }}
      loading={found.isLoading}
      options={options}
      onChange={(rule) => {
        setTyped("");
        props.onPick(rule);
      }}
    />
  );
}
