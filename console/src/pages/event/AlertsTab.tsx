import { Button, type TableColumnsType } from "antd";
import { useAlert } from "../../api/alerts";
import { useEventAlerts } from "../../api/events";
import type { EventAlert } from "../../api/types";
import { AlertEvidence, AlertWhy } from "../../components/AlertDrawer";
import { EntityChips } from "../../components/EntityChip";
import { Failure } from "../../components/Failure";
import { LevelTag } from "../../components/Level";
import { Loading } from "../../components/Loading";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable } from "../../components/PagedTable";
import { useLocal, useText } from "../../i18n/text";
import { Reason } from "./Reason";

interface Props {
  id: string;
  onAlert: (id: string) => void;
}

/** The alerts of an event, each with its reason; a row opens on its evidence. */
export function AlertsTab({ id, onAlert }: Props) {
  const t = useText();
  const local = useLocal();
  const rows = useEventAlerts(id);
  const titles = new Map(rows.items.map(({ alert }) => [alert.id, local(alert.title)]));
  const columns: TableColumnsType<EventAlert> = [
    { title: t.common.time, width: 84, render: (_, { alert }) => <Moment at={alert.time} /> },
    { title: t.common.level, width: 84, render: (_, { alert }) => <LevelTag level={alert.level} /> },
    {
      title: t.alerts.whyInEvent,
      render: (_, { alert, reason }) => (
        <div>
          <div style={{ fontWeight: 500 }}>{local(alert.title)}</div>
          <Reason text={local(reason)} titles={titles} />
          <div className="muted">
            {alert.products.join(", ")} · {t.alerts.recordCount(alert.record_count)}
          </div>
        </div>
      ),
    },
    { title: t.common.entities, width: 216, render: (_, { alert }) => <EntityChips entities={alert.entities} max={2} /> },
  ];
  return (
    <PagedTable
      rows={rows}
      rowKey={({ alert }) => alert.id}
      columns={columns}
      width={660}
      empty={<Nothing title={t.alerts.emptyTitle} />}
      expandable={{
        expandRowByClick: true,
        columnWidth: 36,
        expandedRowRender: ({ alert }) => <Expanded id={alert.id} onAlert={onAlert} />,
      }}
    />
  );
}

function Expanded({ id, onAlert }: Props) {
  const t = useText();
  const alert = useAlert(id);
  if (alert.error) return <Failure error={alert.error} />;
  if (!alert.data) return <Loading />;
  return (
    <div className="stack" style={{ padding: "6px 8px 10px" }}>
      <AlertWhy alert={alert.data} />
      <AlertEvidence alert={alert.data} />
      <div>
        <Button size="small" onClick={() => onAlert(id)}>
          {t.events.openFull}
        </Button>
      </div>
    </div>
  );
}
