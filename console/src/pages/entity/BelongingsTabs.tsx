import type { TableColumnsType } from "antd";
import { useNavigate } from "react-router";
import { useEntityAlerts, useEntityEvents } from "../../api/entities";
import type { Alert, EntityRef } from "../../api/types";
import { to } from "../../app/paths";
import { LevelTag } from "../../components/Level";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable } from "../../components/PagedTable";
import { useLocal, useText } from "../../i18n/text";
import { useEventColumns } from "../events/columns";

/** The events that name the entity, the latest first. */
export function EntityEventsTab({ entity }: { entity: EntityRef }) {
  const t = useText();
  const navigate = useNavigate();
  return (
    <PagedTable
      rows={useEntityEvents(entity)}
      rowKey={(event) => event.id}
      columns={useEventColumns()}
      width={1060}
      onOpen={(event) => void navigate(to.event(event.id))}
      empty={<Nothing title={t.events.emptyTitle} />}
    />
  );
}

/** The alerts that name it, newest first. */
export function EntityAlertsTab({ entity, onAlert }: { entity: EntityRef; onAlert: (id: string) => void }) {
  const t = useText();
  const local = useLocal();
  const columns: TableColumnsType<Alert> = [
    { title: t.common.time, width: 112, render: (_, alert) => <Moment at={alert.time} /> },
    { title: t.common.level, width: 88, render: (_, alert) => <LevelTag level={alert.level} /> },
    { title: t.common.title, render: (_, alert) => local(alert.title) },
    { title: t.common.product, width: 200, render: (_, alert) => alert.products.join(", ") },
  ];
  return (
    <PagedTable
      rows={useEntityAlerts(entity)}
      rowKey={(alert) => alert.id}
      columns={columns}
      width={760}
      onOpen={(alert) => onAlert(alert.id)}
      empty={<Nothing title={t.alerts.emptyTitle} />}
    />
  );
}
