import type { TableColumnsType } from "antd";
import { Link } from "react-router";
import { useSimilarEvents } from "../../api/events";
import type { SimilarEvent } from "../../api/types";
import { to } from "../../app/paths";
import { LevelTag } from "../../components/Level";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable, whole } from "../../components/PagedTable";
import { Status, toneOf } from "../../components/Status";
import { useLocal, useText } from "../../i18n/text";

/** Whether this was here before, what it shares with it, and how that ended. */
export function SimilarTab({ id }: { id: string }) {
  const t = useText();
  const local = useLocal();
  const rows = whole(useSimilarEvents(id));
  const columns: TableColumnsType<SimilarEvent> = [
    { title: t.common.level, width: 88, render: (_, { event }) => <LevelTag level={event.level} /> },
    {
      title: t.common.title,
      render: (_, { event, reason }) => (
        <div>
          <Link to={to.event(event.id)}>{local(event.title)}</Link>
          <div className="muted">{local(reason)}</div>
        </div>
      ),
    },
    {
      title: t.event.likeness,
      width: 64,
      align: "right",
      render: (_, { likeness }) => <span className="number">{likeness} %</span>,
    },
    {
      title: t.common.status,
      width: 110,
      render: (_, { event }) => (
        <div>
          <Status tone={toneOf(event.status)}>{t.words.status[event.status]}</Status>
          {event.owner && <div className="muted">{event.owner}</div>}
        </div>
      ),
    },
    { title: t.events.lastActivity, width: 88, render: (_, { event }) => <Moment at={event.last_time} /> },
  ];
  return (
    <PagedTable
      rows={rows}
      rowKey={({ event }) => event.id}
      columns={columns}
      width={660}
      empty={<Nothing title={t.event.similarEmpty} />}
    />
  );
}
