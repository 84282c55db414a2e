import { Alert } from "antd";
import type { RuleBacktest } from "../../api/types";
import { Facts } from "../../components/Facts";
import { LevelTag } from "../../components/Level";
import { Moment } from "../../components/Moment";
import { ReportSection } from "../../components/ReportSection";
import { useLocal, useText } from "../../i18n/text";
import css from "./BacktestReport.module.css";

/** What came of a backtest: the noise there would be, when, about whom, and what would follow. */
export function BacktestReport({ told }: { told: RuleBacktest }) {
  const t = useText().rules;
  const local = useLocal();
  const { budget } = told;
  return (
    <div className="stack">
      {!told.complete && <Alert type="warning" showIcon title={t.backtestCut(told.records)} />}
      {budget && (
        <Alert
          type={budget.exceeded ? "error" : "success"}
          showIcon
          title={budget.exceeded ? t.budgetExceeded(budget.most, budget.limit) : t.budgetKept(budget.most, budget.limit)}
          description={budget.day}
        />
      )}
      <Facts
        facts={[
          [t.backtestRecords, told.records],
          [t.backtestUnread, told.unread > 0 && told.unread],
          [t.backtestAlerts, told.alerts],
          [t.backtestSuppressed, told.suppressed],
          [t.backtestEvents, told.events],
        ]}
      />
      <Bars told={told} />
      <ReportSection title={t.backtestEntities} shown={told.entities.length}>
        {told.entities.map((counted) => (
          <li key={counted.entity}>
            <span className="mono">{counted.entity}</span>
            <span className="number">{counted.exact ? counted.alerts : `≤ ${counted.alerts}`}</span>
          </li>
        ))}
      </ReportSection>
      <ReportSection title={t.backtestTopEvents} shown={told.top_events.length}>
        {told.top_events.map((event, index) => (
          <li key={index}>
            <span className="row">
              <LevelTag level={event.level} /> {local(event.title)}
            </span>
            <span className="number">{event.alerts}</span>
          </li>
        ))}
      </ReportSection>
      <ReportSection title={t.backtestSamples} shown={told.samples.length}>
        {told.samples.map((alert, index) => (
          <li key={index} className={css.sample}>
            <div>
              <Moment at={alert.time} /> {local(alert.title)}
            </div>
            <div className="mono muted">{alert.raw}</div>
          </li>
        ))}
      </ReportSection>
    </div>
  );
}

/** Alerts per day; each bar says its figures in words, too. */
function Bars({ told }: { told: RuleBacktest }) {
  const t = useText().rules;
  const most = Math.max(1, ...told.days.map((day) => day.alerts));
  return (
    <ReportSection title={t.backtestPerDay} shown={told.days.length}>
      {told.days.map((day) => (
        <li key={day.day}>
          <span className="mono">{day.day}</span>
          <span className={css.track} aria-hidden="true">
            <span style={{ width: `${(100 * day.alerts) / most}%` }} />
          </span>
          <span className="number">{t.dayLine(day.alerts, day.events)}</span>
        </li>
      ))}
    </ReportSection>
  );
}
