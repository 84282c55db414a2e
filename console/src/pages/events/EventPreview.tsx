import { Button, Drawer } from "antd";
import { Link } from "react-router";
import { useEvent } from "../../api/events";
import type { SecurityEvent } from "../../api/types";
import { to } from "../../app/paths";
import { EntityChips } from "../../components/EntityChip";
import { Facts } from "../../components/Facts";
import { LevelTag } from "../../components/Level";
import { Moment } from "../../components/Moment";
import { Badge, Status, toneOf } from "../../components/Status";
import { useLocal, useText } from "../../i18n/text";

/** The event beside the list, without leaving it: j and k keep moving. */
export function EventPreview({ event, onClose }: { event: SecurityEvent | undefined; onClose: () => void }) {
  const t = useText();
  return (
    <Drawer
      open={event !== undefined}
      onClose={onClose}
      mask={false}
      size={460}
      focusable={{ trap: false }}
      title={t.events.preview}
      extra={
        event && (
          <Link to={to.event(event.id)}>
            <Button size="small" type="primary">
              {t.events.openFull}
            </Button>
          </Link>
        )
      }
    >
      {event && <Body event={event} />}
    </Drawer>
  );
}

function Body({ event }: { event: SecurityEvent }) {
  const t = useText();
  const local = useLocal();
  const detail = useEvent(event.id).data;
  return (
    <div className="stack">
      <div>
        <LevelTag level={event.level} />
        <h2 style={{ margin: "8px 0 4px", fontSize: 16 }}>{local(event.title)}</h2>
        <div className="muted">{local(event.description)}</div>
      </div>
      {detail && "handling_instruction" in detail && <div>{local(detail.handling_instruction)}</div>}
      <Facts
        facts={[
          [
            t.common.status,
            <Status key="status" tone={toneOf(event.status)}>
              {t.words.status[event.status]}
            </Status>,
          ],
          [t.common.owner, event.owner ?? t.common.nobody],
          [t.event.first, <Moment key="first" at={event.first_time} full />],
          [t.event.last, <Moment key="last" at={event.last_time} full />],
          [t.events.alertCount, t.event.alertsOfRaw(String(event.alert_count), String(event.raw_alert_count))],
          [
            t.common.tactic,
            <span key="tactics" className="row wrap" style={{ gap: 4 }}>
              {event.tactics.map((tactic) => (
                <Badge key={tactic.tactic}>
                  {local(tactic.title)} ×{tactic.count}
                </Badge>
              ))}
            </span>,
          ],
          [t.common.entities, <EntityChips key="entities" entities={event.entities} max={12} />],
          [t.event.accounts, event.accounts.join(", ")],
          [t.event.products, event.products.join(", ")],
        ]}
      />
    </div>
  );
}
