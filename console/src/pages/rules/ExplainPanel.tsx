import { Alert, Button, Collapse, Input, Select } from "antd";
import { useState } from "react";
import { useExplainRule } from "../../api/rules";
import { useSourceProducts } from "../../api/sources";
import type { Explanation, RuleSelection, SelectionItem } from "../../api/types";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Status } from "../../components/Status";
import { useLocal, useText } from "../../i18n/text";
import { productOf } from "./template";
import css from "./RuleEditor.module.css";

/** Says, selection by selection, what a rule makes of a log that is pasted. */
export function ExplainPanel({ text }: { text: string }) {
  const t = useText().rules;
  const local = useLocal();
  const products = useSourceProducts().data ?? [];
  const explain = useExplainRule();
  const [chosen, setChosen] = useState("");
  const [raw, setRaw] = useState("");
  const product = chosen || productOf(text);
  return (
    <div className="stack">
      <div className="muted">{t.explainHint}</div>
      <Select
        showSearch={{ optionFilterProp: "label" }}
        aria-label={t.explainProduct}
        value={product || null}
        placeholder={t.explainProduct}
        options={products.map((item) => ({ value: item.product, label: local(item.title) }))}
        onChange={setChosen}
      />
      <Input.TextArea
        aria-label={t.explainLog}
        className="mono"
        placeholder={t.explainLog}
        rows={5}
        spellCheck={false}
        value={raw}
        onChange={(event) => setRaw(event.target.value)}
      />
      <div>
        <Button
          disabled={product === "" || raw.trim() === ""}
          loading={explain.isPending}
          onClick={() => explain.mutate({ text, product, raw: raw.trim() })}
        >
          {t.explainRun}
        </Button>
      </div>
      {explain.error && <Failure error={explain.error} />}
      {explain.data?.rules.map((rule) => <Verdict key={rule.id} rule={rule} />)}
      {explain.data && (
        <Collapse
          size="small"
          items={[
            {
              key: "fields",
              label: t.fields(explain.data.fields.length),
              children: <Facts facts={explain.data.fields.map((field) => [field.name, field.values.join(", ")])} />,
            },
          ]}
        />
      )}
    </div>
  );
}

function Verdict({ rule }: { rule: Explanation }) {
  const t = useText().rules;
  const matches = rule.window ? t.counts : t.matches;
  return (
    <div className="stack">
      <Alert
        type={rule.matches ? "success" : "warning"}
        showIcon
        title={rule.matches ? matches : t.matchesNot}
        description={rule.title}
      />
      {rule.other_logs && <div>{t.otherLogs(rule.other_logs)}</div>}
      {rule.excluded_by.map((filter) => (
        <div key={filter}>{t.excludedBy(filter)}</div>
      ))}
      {rule.window && <div>{t.windowAsked(rule.window.kind, rule.window.condition, rule.window.seconds)}</div>}
      {rule.selections.map((selection) => (
        <Selection key={`${selection.line} ${selection.name}`} selection={selection} />
      ))}
      {rule.members.map((member) => (
        <Verdict key={member.id} rule={member} />
      ))}
    </div>
  );
}

function Selection({ selection }: { selection: RuleSelection }) {
  const t = useText().rules;
  return (
    <section className={css.selection} data-holds={selection.holds}>
      <h3>
        <Status tone={selection.holds ? "good" : "idle"}>
          {t.selection(selection.name, selection.line)}: {selection.holds ? t.holds : t.holdsNot}
        </Status>
      </h3>
      {selection.alternatives.flat().map((item, index) => (
        <Item key={index} item={item} />
      ))}
    </section>
  );
}

function Item({ item }: { item: SelectionItem }) {
  const t = useText().rules;
  const wanted = item.negated ? t.wantedNone : item.all && item.expected.length > 1 ? t.wantedAll : t.wanted;
  return (
    <div className={css.item}>
      <Status tone={item.holds ? "good" : "bad"}>
        <span className="mono">{item.field ?? t.anywhere}</span>
      </Status>
      <div>
        <span className="muted">{wanted}:</span> {item.expected.join(", ")}
      </div>
      {item.field && (
        <div>
          <span className="muted">{t.found}:</span>{" "}
          <span className="mono">{item.values.length > 0 ? item.values.join(", ") : t.absent}</span>
        </div>
      )}
    </div>
  );
}
