import { Alert, Collapse } from "antd";
import type { Explained as Told, Explanation, RuleSelection, SelectionItem } from "../api/types";
import { useText } from "../i18n/text";
import css from "./Explained.module.css";
import { Facts } from "./Facts";
import { Status } from "./Status";

/** Why rules match a log or do not, selection by selection, and the fields of the log. */
export function Explained({ told }: { told: Told }) {
  const t = useText().rules;
  return (
    <div className="stack">
      {told.rules.map((rule) => (
        <Verdict key={rule.id} rule={rule} />
      ))}
      <Collapse
        size="small"
        items={[
          {
            key: "fields",
            label: t.fields(told.fields.length),
            children: <Facts facts={told.fields.map((field) => [field.name, field.values.join(", ")])} />,
          },
        ]}
      />
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
