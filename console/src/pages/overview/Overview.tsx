import { Link } from "react-router";
import { useOverview } from "../../api/admin";
import type { Overview as Facts } from "../../api/types";
import { to } from "../../app/paths";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Page, PageHead, Panel } from "../../components/PageHead";
import { Badge, Status, toneOf } from "../../components/Status";
import { useText, word } from "../../i18n/text";
import css from "./Overview.module.css";

const LEVELS = ["5", "4", "3", "2", "1"];
const STATUSES = ["unhandled", "handling", "handling_failed", "handled"];

export default function Overview() {
  const t = useText();
  const overview = useOverview();
  const facts = overview.data;
  return (
    <Page>
      <PageHead title={t.overview.title}>
        {facts?.response_paused && (
          <Link to={to.disposal()}>
            <Badge tone="warn">{t.overview.paused}</Badge>
          </Link>
        )}
      </PageHead>
      {overview.error && <Failure error={overview.error} onRetry={() => void overview.refetch()} />}
      {overview.isLoading && <Loading />}
      {facts && (
        <div className={css.grid}>
          <Levels counts={facts.events_by_level} />
          <Funnel funnel={facts.funnel_24h} />
          <Statuses counts={facts.events_by_status} />
          <Blocks count={facts.active_blocks} />
          <Sources sources={facts.sources} />
          {Object.values(facts.sources).every((count) => count === 0) && <FirstSteps />}
        </div>
      )}
    </Page>
  );
}

function Levels({ counts }: { counts: Facts["events_by_level"] }) {
  const t = useText();
  const most = Math.max(1, ...Object.values(counts));
  return (
    <Panel title={t.overview.open}>
      <ul className={css.bars}>
        {LEVELS.map((level) => (
          <li key={level}>
            <Link to={to.events({ level, status: "unhandled" })} className={css.bar} data-level={level}>
              <span>{word(t.words.level, level)}</span>
              <span className={css.track}>
                <span className={css.fill} style={{ inlineSize: `${((counts[level] ?? 0) / most) * 100}%` }} />
              </span>
              <span className="number">{counts[level] ?? 0}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Funnel({ funnel }: { funnel: Facts["funnel_24h"] }) {
  const t = useText().overview;
  const steps = [
    [funnel.records, t.records],
    [funnel.alerts, t.alerts],
    [funnel.events, t.events],
  ] as const;
  return (
    <Panel title={t.funnel}>
      <ol className={css.funnel}>
        {steps.map(([count, name], index) => {
          const before = steps[index - 1]?.[0];
          return (
            <li key={name}>
              <strong className="number">{count.toLocaleString()}</strong>
              <span className="muted">{name}</span>
              {before !== undefined && count > 0 && before > count && (
                <Badge>{t.reduction(Math.round(before / count).toLocaleString())}</Badge>
              )}
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}

function Statuses({ counts }: { counts: Facts["events_by_status"] }) {
  const t = useText();
  return (
    <Panel title={t.overview.byStatus}>
      <ul className={css.list}>
        {STATUSES.map((status) => (
          <li key={status}>
            <Link to={to.events({ status })} className={css.line}>
              <Status tone={toneOf(status)}>{word(t.words.status, status)}</Status>
              <span className="number">{counts[status] ?? 0}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Blocks({ count }: { count: number }) {
  const t = useText().overview;
  return (
    <Panel title={t.blocks}>
      <Link to={to.disposal({ active: "yes" })} className={css.big}>
        {count}
      </Link>
      {count === 0 && <p className={css.note}>{t.blocksNone}</p>}
    </Panel>
  );
}

function Sources({ sources }: { sources: Facts["sources"] }) {
  const t = useText();
  return (
    <Panel title={t.overview.sources}>
      <ul className={css.list}>
        {(["ok", "waiting", "late", "silent", "failing"] as const).map((state) => (
          <li key={state}>
            <Link to={to.sources()} className={css.line}>
              <Status tone={sources[state] > 0 ? toneOf(state) : "idle"}>{t.words.sourceState[state]}</Status>
              <span className="number">{sources[state]}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function FirstSteps() {
  const t = useText().overview;
  return (
    <Panel title={t.startTitle}>
      <ol className={css.steps}>
        <li>
          <Link to={to.sourceNew()}>{t.startSource}</Link>
        </li>
        <li>
          <Link to={to.rules()}>{t.startRules}</Link>
        </li>
        <li>
          <Link to={to.responseRuleNew()}>{t.startResponse}</Link>
        </li>
      </ol>
    </Panel>
  );
}
