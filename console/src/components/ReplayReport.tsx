import { Alert, Button } from "antd";
import { Link } from "react-router";
import { useChangeEvents } from "../api/events";
import { useMay } from "../api/session";
import type { AlertGroup, ReplayEvent, ReplayReport as Report } from "../api/types";
import { to } from "../app/paths";
import { useLocal, useText } from "../i18n/text";
import { Facts } from "./Facts";
import { LevelTag } from "./Level";
import { Moment } from "./Moment";
import css from "./ReplayReport.module.css";
import { ReportSection } from "./ReportSection";
import { useTell } from "./useTell";

/** What a change would make of the events: those that would go, come, or differ, and the alerts behind it. */
export function ReplayReport({ told }: { told: Report }) {
  const t = useText().tuning;
  const nothing =
    told.only_before.total + told.only_after.total + told.changed.total + told.hidden.count + told.shown.count === 0;
  return (
    <div className="stack">
      {!told.complete && <Alert type="warning" showIcon title={t.incomplete} description={<Span told={told} />} />}
      {told.rule_from && (
        <div className="muted">
          {t.ruleFrom} <Moment at={told.rule_from} full />
        </div>
      )}
      {nothing && <Alert type="success" showIcon title={t.nothingChanges} />}
      <Facts
        facts={[
          [t.period, <Span key="span" told={told} />],
          [t.alerts, <Pair key="alerts" pair={told.alerts} />],
          [t.ruleAlerts, told.rule_alerts.before + told.rule_alerts.after > 0 && <Pair pair={told.rule_alerts} />],
          [t.events, <Pair key="events" pair={told.events} />],
          [t.same, told.same],
        ]}
      />
      <Alerts title={t.hidden} group={told.hidden} />
      <Alerts title={t.shown} group={told.shown} />
      <ReportSection title={t.onlyBefore} shown={told.only_before.items.length} total={told.only_before.total}>
        {told.only_before.items.map(({ event, elsewhere }) => (
          <li key={event.id}>
            <Line event={event} linked />
            <span className="muted number">{t.elsewhere(event.alerts, elsewhere)}</span>
          </li>
        ))}
      </ReportSection>
      <ReportSection title={t.onlyAfter} shown={told.only_after.items.length} total={told.only_after.total}>
        {told.only_after.items.map(({ event, elsewhere }) => (
          <li key={event.id}>
            <Line event={event} />
            <span className="muted number">{t.elsewhere(event.alerts, elsewhere)}</span>
          </li>
        ))}
      </ReportSection>
      <ReportSection title={t.changed} shown={told.changed.items.length} total={told.changed.total}>
        {told.changed.items.map(({ before, after, gained, lost }) => (
          <li key={before.id}>
            <span className={css.pair}>
              <Line event={before} linked />
              {(before.level !== after.level || before.title.en !== after.title.en) && <Line event={after} arrow />}
            </span>
            <span className="number">
              {gained > 0 && <span className={css.gained}>+{gained} </span>}
              {lost > 0 && <span className={css.lost}>−{lost}</span>}
            </span>
          </li>
        ))}
      </ReportSection>
      {told.closable.total > 0 && <Closable told={told} />}
    </div>
  );
}

/** Events that nothing would be left of: to close them is a decision of its own. */
function Closable({ told }: { told: Report }) {
  const t = useText();
  const tell = useTell();
  const close = useChangeEvents();
  const may = useMay("responder");
  const { items, total } = told.closable;
  const onClose = () =>
    tell.ask({ title: t.tuning.closeTitle(items.length), detail: t.tuning.closeDetail, action: t.tuning.close(items.length) }, () =>
      close.mutate(
        { ids: items.map((event) => event.id), op: { status: "handled", comment: t.tuning.closeComment } },
        {
          onSuccess: (result) => {
            const failed = result.results.filter((one) => !one.ok);
            if (failed.length === 0) tell.done(t.tuning.closed(items.length));
            else tell.partly(t.common.failed, failed.map((one) => `${one.id}: ${one.problem?.detail ?? ""}`));
          },
          onError: tell.failed,
        },
      ),
    );
  return (
    <ReportSection title={t.tuning.closable} shown={items.length} total={total}>
      {items.map((event) => (
        <li key={event.id}>
          <Line event={event} linked />
        </li>
      ))}
      <li>
        <Button size="small" disabled={!may || close.isSuccess} loading={close.isPending} onClick={onClose}>
          {t.tuning.close(items.length)}
        </Button>
      </li>
    </ReportSection>
  );
}

function Alerts({ title, group }: { title: string; group: AlertGroup }) {
  const local = useLocal();
  return (
    <ReportSection title={`${title} (${group.count})`} shown={group.count}>
      <li>
        <span className="muted">
          <Moment at={group.first ?? null} full /> — <Moment at={group.last ?? null} full />
        </span>
      </li>
      {group.rules.map((rule) => (
        <li key={rule.id}>
          <Link to={to.rules({ rule: rule.id })}>{local(rule.title)}</Link>
          <span className="number">{rule.alerts}</span>
        </li>
      ))}
      {group.samples.map((alert) => (
        <li key={alert.id}>
          <span className="row">
            <LevelTag level={alert.level} />
            <Link to={to.alerts({ alert: alert.id })}>{local(alert.title)}</Link>
          </span>
          <Moment at={alert.time} />
        </li>
      ))}
    </ReportSection>
  );
}

/** An event in a line; one as it is usually is there to be looked at. */
function Line({ event, linked = false, arrow = false }: { event: ReplayEvent; linked?: boolean; arrow?: boolean }) {
  const t = useText();
  const local = useLocal();
  return (
    <span className="row">
      {arrow && <span aria-hidden="true">→</span>}
      <LevelTag level={event.level} />
      {linked ? <Link to={to.event(event.id)}>{local(event.title)}</Link> : local(event.title)}
      <span className="muted number">{t.tuning.alertCount(event.alerts)}</span>
    </span>
  );
}

function Span({ told }: { told: Report }) {
  return (
    <>
      <Moment at={told.from} full /> — <Moment at={told.until} full />
    </>
  );
}

function Pair({ pair }: { pair: { before: number; after: number } }) {
  return (
    <span className="number">{pair.before === pair.after ? pair.before : `${pair.before} → ${pair.after}`}</span>
  );
}
