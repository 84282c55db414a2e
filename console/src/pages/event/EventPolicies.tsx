import { Link } from "react-router";
import { usePolicies } from "../../api/disposal";
import { to } from "../../app/paths";
import { EntityChip } from "../../components/EntityChip";
import { Countdown } from "../../components/Moment";
import { Panel } from "../../components/PageHead";
import { Status, toneOf } from "../../components/Status";
import { useText, word } from "../../i18n/text";
import css from "./EventPolicies.module.css";

/** The blocks this event led to, so that nobody blocks twice or forgets one. */
export function EventPolicies({ event }: { event: string }) {
  const t = useText();
  const policies = usePolicies({ event });
  if (policies.items.length === 0) return null;
  return (
    <Panel title={t.event.policies} extra={<Link to={to.disposal({ event })}>{t.event.seeDisposal}</Link>}>
      <ul className={css.list}>
        {policies.items.map((policy) => (
          <li key={policy.id}>
            <EntityChip entity={policy.entity} />
            <span>{word(t.words.operation, policy.operation)}</span>
            <Status tone={toneOf(policy.status)}>{word(t.words.policy, policy.status)}</Status>
            <span className="muted">{word(t.words.policySource, policy.source)}</span>
            <span className={css.end}>
              {policy.status !== "deleted" && <Countdown until={policy.valid_until} />}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
