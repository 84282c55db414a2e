import { Collapse, Drawer } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useAlert } from "../api/alerts";
import type { AlertDetail, CountedRule } from "../api/types";
import { to } from "../app/paths";
import { formatDuration } from "../format/duration";
import { useLocal, useText, word } from "../i18n/text";
import css from "./AlertDrawer.module.css";
import { CodeBlock, Identifier } from "./Copy";
import { EntityChips } from "./EntityChip";
import { Facts } from "./Facts";
import { Failure } from "./Failure";
import { LevelTag } from "./Level";
import { Loading } from "./Loading";
import { Moment } from "./Moment";
import { RawLog } from "./RawLog";
import { RecordExplain } from "./RecordExplain";
import { Badge } from "./Status";
import { TacticNames } from "./Tactics";

/** One alert: why it fired, with the evidence, without leaving the page. */
export function AlertDrawer({ id, onClose, extra }: { id: string; onClose: () => void; extra?: ReactNode }) {
  const alert = useAlert(id);
  return (
    <Drawer
      open={id !== ""}
      onClose={onClose}
      size={760}
      title={alert.data ? <Title alert={alert.data} /> : null}
      extra={extra}
    >
      {alert.error && <Failure error={alert.error} onRetry={() => void alert.refetch()} />}
      {alert.isLoading && <Loading />}
      {alert.data && <Body alert={alert.data} />}
    </Drawer>
  );
}

function Title({ alert }: { alert: AlertDetail }) {
  const local = useLocal();
  return (
    <div className={css.title}>
      <LevelTag level={alert.level} />
      <span>{local(alert.title)}</span>
    </div>
  );
}

function Body({ alert }: { alert: AlertDetail }) {
  const t = useText();
  const local = useLocal();
  return (
    <div className={css.body}>
      <p className={css.description}>{local(alert.description)}</p>
      <AlertWhy alert={alert} />
      <AlertEvidence alert={alert} />
      <Facts
        facts={[
          [t.common.id, <Identifier key="id" id={alert.id} />],
          [
            t.alerts.event,
            alert.event_id ? (
              <Link to={to.event(alert.event_id)} className="mono">
                {alert.event_id}
              </Link>
            ) : null,
          ],
          [t.alerts.window, <Window key="window" alert={alert} />],
          [t.common.side, t.words.side[alert.side]],
          [t.common.product, alert.products.join(", ")],
          [t.common.account, alert.accounts.length > 0 && <span className="mono">{alert.accounts.join(", ")}</span>],
          [t.common.tactic, <TacticNames key="tactics" tactics={alert.tactics} />],
          [t.event.techniques, alert.techniques.join(", ")],
          [t.common.entities, <EntityChips key="entities" entities={alert.entities} max={20} />],
        ]}
      />
      <Collapse
        size="small"
        items={[
          {
            key: "rule",
            label: (
              <span>
                {t.alerts.ruleText}: {local(alert.rule.title)} <span className="mono muted">{alert.rule.id}</span>
              </span>
            ),
            children: (
              <>
                {alert.rule_changed && <p className="muted">{t.alerts.ruleChanged}</p>}
                <CodeBlock text={alert.rule_text} label={t.alerts.ruleText} />
              </>
            ),
          },
        ]}
      />
    </div>
  );
}

function Window({ alert }: { alert: AlertDetail }) {
  return (
    <>
      <Moment at={alert.first_time} full /> — <Moment at={alert.time} full />
    </>
  );
}

/** The numbers behind the alert: threshold, suppression, what the device did, why no event. */
export function AlertWhy({ alert }: { alert: AlertDetail }) {
  const t = useText();
  const { threshold } = alert;
  return (
    <div className={css.why}>
      {threshold && (
        <div>
          {t.alerts.thresholdLine(
            threshold.kind,
            threshold.value,
            threshold.condition,
            formatDuration(threshold.seconds, t.words.duration),
          )}
          {threshold.group.length > 0 && (
            <span className="muted">
              {" · "}
              {t.alerts.group} {threshold.group.map(({ field, value }) => `${field}=${value}`).join(", ")}
            </span>
          )}
        </div>
      )}
      {threshold && threshold.rules.length > 0 && <Counted rules={threshold.rules} />}
      <div className="row wrap">
        <Badge>{t.alerts.recordCount(alert.record_count)}</Badge>
        {alert.suppressed > 0 && <Badge>{t.alerts.suppressed(alert.suppressed)}</Badge>}
        {alert.defended === true && <Badge tone="good">{t.alerts.defended}</Badge>}
        {alert.defended === false && <Badge tone="warn">{t.alerts.notDefended}</Badge>}
        {alert.testing && <Badge tone="info">{t.alerts.testing}</Badge>}
        <Badge>{t.words.origin[alert.origin]}</Badge>
      </div>
      {!alert.event_id && alert.no_event_reason && (
        <div>
          <span className="muted">{t.alerts.noEvent}: </span>
          {word(t.words.noEvent, alert.no_event_reason)}
        </div>
      )}
    </div>
  );
}

/** The rules that matched in the window of a correlation, and how often. */
function Counted({ rules }: { rules: CountedRule[] }) {
  const t = useText().alerts;
  const local = useLocal();
  return (
    <section className={css.counted}>
      <h3>{t.counted}</h3>
      <ul>
        {rules.map((counted) => (
          <li key={counted.name}>
            {counted.rule ? (
              <Link to={to.rules({ rule: counted.rule })} title={counted.name}>
                {local(counted.title)}
              </Link>
            ) : (
              <span title={counted.name}>{local(counted.title)}</span>
            )}
            <span className="muted number">{t.matchedTimes(counted.matches)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The sample records, matched fields marked. */
export function AlertEvidence({ alert }: { alert: AlertDetail }) {
  const t = useText().alerts;
  if (alert.evidence.length === 0) return <p className="muted">{t.noEvidence}</p>;
  return (
    <div className="stack">
      {alert.evidence.map((evidence, index) => (
        <div key={evidence.record} className={css.record}>
          <div className={css.recordHead}>
            <span>{t.record(index + 1, alert.record_count)}</span>
            <span className="muted">{evidence.product}</span>
            <Moment at={evidence.time} full />
          </div>
          <RawLog evidence={evidence} />
          <RecordExplain alert={alert} evidence={evidence} />
        </div>
      ))}
    </div>
  );
}
