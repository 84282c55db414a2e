import { Button, Tabs } from "antd";
import { useEffect } from "react";
import { Link, useParams } from "react-router";
import { useEvent } from "../../api/events";
import type { EventDetail } from "../../api/types";
import { to } from "../../app/paths";
import { AlertDrawer } from "../../components/AlertDrawer";
import { Identifier } from "../../components/Copy";
import { Failure } from "../../components/Failure";
import { LevelTag } from "../../components/Level";
import { Loading } from "../../components/Loading";
import { Nothing } from "../../components/Nothing";
import { useUrlValue } from "../../filters/useFilters";
import { useLocal, useText } from "../../i18n/text";
import { ActionsTab } from "./ActionsTab";
import { ActivityTab } from "./ActivityTab";
import { AlertsTab } from "./AlertsTab";
import { ChainTab } from "./ChainTab";
import { EntitiesTab } from "./EntitiesTab";
import { EventFacts } from "./EventFacts";
import css from "./EventPage.module.css";
import { GraphTab } from "./GraphTab";
import { ReportMenu } from "./ReportMenu";
import { SimilarTab } from "./SimilarTab";
import { ruleFromEvent, whitelistFrom } from "../../filters/prefill";

/** One event: what it is at the left, what happened and what to do at the right. */
export default function EventPage() {
  const { id = "" } = useParams();
  const event = useEvent(id);
  if (event.error) return <Failure error={event.error} onRetry={() => void event.refetch()} page />;
  if (!event.data) return <Loading page />;
  if ("merged_into" in event.data) return <Merged into={event.data.merged_into} />;
  return <Body event={event.data} />;
}

function Body({ event }: { event: EventDetail }) {
  const t = useText();
  const local = useLocal();
  const [tab, setTab] = useUrlValue("tab");
  const [alert, setAlert] = useUrlValue("alert");
  const title = local(event.title);
  useEffect(() => {
    document.title = `${title} · OpenCTDR`;
  }, [title]);
  return (
    <div className={css.page}>
      <header className={css.head}>
        <div className="grow">
          <div className="row">
            <LevelTag level={event.level} />
            <Identifier id={event.id} />
          </div>
          <h1 className={css.title}>{title}</h1>
          <div className={css.description}>{local(event.description)}</div>
        </div>
        <div className="row wrap">
          <ReportMenu event={event.id} />
          <Link to={to.whitelist(whitelistFrom(event))}>
            <Button>{t.event.createWhitelist}</Button>
          </Link>
          <Link to={to.responseRuleNew(ruleFromEvent(event, t.event.ruleName(title)))}>
            <Button>{t.event.createRule}</Button>
          </Link>
          <Button type="primary" onClick={() => setTab("actions")}>
            {t.event.respond}
          </Button>
        </div>
      </header>
      <Relations event={event} />
      <div className={css.columns}>
        <EventFacts event={event} onAlert={setAlert} />
        <Tabs
          className={css.tabs ?? ""}
          activeKey={tab || "chain"}
          onChange={(key) => setTab(key === "chain" ? "" : key)}
          destroyOnHidden
          items={[
            { key: "chain", label: t.event.tabs.chain, children: <ChainTab id={event.id} onAlert={setAlert} /> },
            { key: "graph", label: t.graph.tab, children: <GraphTab id={event.id} onAlert={setAlert} /> },
            { key: "alerts", label: t.event.tabs.alerts, children: <AlertsTab id={event.id} onAlert={setAlert} /> },
            { key: "entities", label: t.event.tabs.entities, children: <EntitiesTab id={event.id} /> },
            { key: "similar", label: t.event.tabs.similar, children: <SimilarTab id={event.id} /> },
            { key: "actions", label: t.event.tabs.actions, children: <ActionsTab id={event.id} /> },
            { key: "activity", label: t.event.tabs.activity, children: <ActivityTab id={event.id} /> },
          ]}
        />
      </div>
      <AlertDrawer id={alert} onClose={() => setAlert("")} />
    </div>
  );
}

function Merged({ into }: { into: string }) {
  const t = useText().event;
  return (
    <Nothing
      title={t.mergedInto}
      action={
        <Link to={to.event(into)}>
          <Button type="primary">{t.openOther}</Button>
        </Link>
      }
    />
  );
}

/** Where this event comes from and where it goes on. */
function Relations({ event }: { event: EventDetail }) {
  const t = useText().event;
  const related = [
    [event.continues, t.continues],
    [event.continued_by, t.continuedBy],
  ] as const;
  return related.map(
    ([id, text]) =>
      id && (
        <div key={text} className={css.relation}>
          {text} <Link to={to.event(id)}>{t.openOther}</Link>
        </div>
      ),
  );
}
