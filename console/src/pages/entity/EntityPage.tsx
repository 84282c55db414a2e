import { Button, Tabs } from "antd";
import { useEffect, useState } from "react";
import { useParams } from "react-router";
import { useEntity } from "../../api/entities";
import { asProblem } from "../../api/problem";
import { useMay } from "../../api/session";
import type { EntityDetail, EntityRef } from "../../api/types";
import { AlertDrawer } from "../../components/AlertDrawer";
import { Identifier } from "../../components/Copy";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Nothing } from "../../components/Nothing";
import { Badge } from "../../components/Status";
import { TagDialog } from "../../components/TagDialog";
import { useUrlValue } from "../../filters/useFilters";
import { useText, word } from "../../i18n/text";
import event from "../event/EventPage.module.css";
import { EntityAlertsTab, EntityEventsTab } from "./BelongingsTabs";
import { EntityFacts } from "./EntityFacts";
import { IntelDialog } from "./IntelDialog";
import { OverviewTab } from "./OverviewTab";
import { RespondButton } from "./RespondButton";
import { TagsTab } from "./TagsTab";

/** One entity: what is known of it at the left, where it was seen and with whom at the right. */
export default function EntityPage() {
  const { type = "", value = "" } = useParams();
  const t = useText();
  const named = { type, value } as EntityRef;
  const entity = useEntity(named);
  if (entity.error && asProblem(entity.error).status === 404) {
    return <Nothing title={t.entities.unknown} hint={value} />;
  }
  if (entity.error) return <Failure error={entity.error} onRetry={() => void entity.refetch()} page />;
  if (!entity.data) return <Loading page />;
  return <Body key={`${type}:${value}`} entity={entity.data} />;
}

function Body({ entity }: { entity: EntityDetail }) {
  const t = useText();
  const may = useMay("responder");
  const [tab, setTab] = useUrlValue("tab");
  const [alert, setAlert] = useUrlValue("alert");
  const [marking, setMarking] = useState<boolean>();
  const [lookingUp, setLookingUp] = useState(false);
  const named: EntityRef = { type: entity.type, value: entity.value };
  useEffect(() => {
    document.title = `${entity.value} · OpenCTDR`;
  }, [entity.value]);
  return (
    <div className={event.page}>
      <header className={event.head}>
        <div className="grow">
          <div className="row">
            <span className="muted">{word(t.words.entity, entity.type)}</span>
            {entity.malicious && <Badge tone="bad">{t.common.maliciousTag}</Badge>}
            {entity.is_asset && <Badge tone="info">{t.entities.isAsset}</Badge>}
          </div>
          <h1 className={event.title}>
            <Identifier id={entity.value} />
          </h1>
        </div>
        <div className="row wrap">
          <Button onClick={() => setLookingUp(true)}>{t.entities.lookUp}</Button>
          {entity.malicious ? (
            <Button disabled={!may} onClick={() => setMarking(false)}>
              {t.entities.untag}
            </Button>
          ) : (
            entity.can_be_malicious && (
              <Button danger disabled={!may} onClick={() => setMarking(true)}>
                {t.entities.tag}
              </Button>
            )
          )}
          <RespondButton entity={named} />
        </div>
      </header>
      <div className={event.columns}>
        <EntityFacts entity={entity} />
        <Tabs
          className={event.tabs ?? ""}
          activeKey={tab || "overview"}
          onChange={(key) => setTab(key === "overview" ? "" : key)}
          destroyOnHidden
          items={[
            { key: "overview", label: t.entities.tabs.overview, children: <OverviewTab entity={entity} onAlert={setAlert} /> },
            { key: "events", label: t.entities.tabs.events, children: <EntityEventsTab entity={named} /> },
            { key: "alerts", label: t.entities.tabs.alerts, children: <EntityAlertsTab entity={named} onAlert={setAlert} /> },
            { key: "tags", label: t.entities.tabs.tags, children: <TagsTab tags={entity.tags} /> },
          ]}
        />
      </div>
      <AlertDrawer id={alert} onClose={() => setAlert("")} />
      {marking !== undefined && (
        <TagDialog entities={[named]} malicious={marking} onClose={() => setMarking(undefined)} />
      )}
      {lookingUp && <IntelDialog entity={named} onClose={() => setLookingUp(false)} />}
    </div>
  );
}
