import type { TableColumnsType } from "antd";
import { Link } from "react-router";
import type { SecurityEvent } from "../../api/types";
import { to } from "../../app/paths";
import { EntityChips } from "../../components/EntityChip";
import { LevelTag } from "../../components/Level";
import { Moment } from "../../components/Moment";
import { Badge, Status, toneOf } from "../../components/Status";
import { TacticStrip } from "../../components/Tactics";
import { useLocal, useText } from "../../i18n/text";
import css from "./EventQueue.module.css";

export function useEventColumns(): TableColumnsType<SecurityEvent> {
  const t = useText();
  const local = useLocal();
  return [
    { title: t.common.level, width: 92, render: (_, event) => <LevelTag level={event.level} /> },
    {
      title: t.common.title,
      render: (_, event) => (
        <div className={css.title}>
          <Link to={to.event(event.id)} onClick={(click) => click.stopPropagation()}>
            {local(event.title)}
          </Link>
          <div className={css.under}>
            <span>{t.words.side[event.side]}</span>
            <span>{t.words.method[event.method]}</span>
            {event.continues && <Badge>{t.event.continues}</Badge>}
          </div>
        </div>
      ),
    },
    {
      title: t.common.status,
      width: 128,
      render: (_, event) => (
        <div>
          <Status tone={toneOf(event.status)}>{t.words.status[event.status]}</Status>
          <div className={css.under}>{event.owner ?? ""}</div>
        </div>
      ),
    },
    {
      title: t.common.entities,
      width: 330,
      render: (_, event) => <AttackerToAsset event={event} />,
    },
    {
      title: t.common.tactic,
      width: 118,
      render: (_, event) => <TacticStrip tactics={event.tactics} />,
    },
    {
      title: t.events.alertCount,
      width: 72,
      align: "right",
      render: (_, event) => (
        <span className="number" title={t.events.raw(event.raw_alert_count)}>
          {event.alert_count}
        </span>
      ),
    },
    {
      title: t.events.handlingState,
      width: 104,
      render: (_, event) =>
        event.handling_state === "none" ? (
          <span className="muted">—</span>
        ) : (
          <Status tone={toneOf(event.handling_state)}>{t.words.handling[event.handling_state]}</Status>
        ),
    },
    {
      title: t.common.account,
      width: 150,
      render: (_, event) => (
        <span className={css.account} title={event.accounts.join("\n")}>
          {event.accounts[0] ?? "—"}
          {event.accounts.length > 1 && ` +${event.accounts.length - 1}`}
        </span>
      ),
    },
    {
      title: t.events.lastActivity,
      width: 112,
      render: (_, event) => <Moment at={event.last_time} />,
    },
  ];
}

/** Who attacks whom, at a glance. */
function AttackerToAsset({ event }: { event: SecurityEvent }) {
  const attackers = event.entities.filter((entity) => entity.role === "attacker");
  const assets = event.entities.filter((entity) => entity.role === "victim");
  const rest = event.entities.filter((entity) => entity.role === "artefact");
  const left = attackers.length > 0 ? attackers : rest;
  return (
    <span className={css.who}>
      <EntityChips entities={left} max={1} />
      {assets.length > 0 && left.length > 0 && <span className="muted">→</span>}
      <EntityChips entities={assets} max={1} />
    </span>
  );
}
