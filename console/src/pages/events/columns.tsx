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
    { title: t.common.level, width: 88, render: (_, event) => <LevelTag level={event.level} /> },
    {
      title: t.events.score,
      width: 64,
      align: "right",
      render: (_, event) => (
        <span className="number" title={event.score_reasons.map(local).join("\n")}>
          {event.score}
        </span>
      ),
    },
    {
      title: t.common.title,
      render: (_, event) => (
        <div className={css.title}>
          <Link to={to.event(event.id)} onClick={(click) => click.stopPropagation()}>
            {local(event.title)}
          </Link>
          <div className={css.under}>
            {t.words.side[event.side]} · {t.words.method[event.method]}
            {event.continues && <Badge hint={t.event.continues}>{t.events.continued}</Badge>}
          </div>
        </div>
      ),
    },
    {
      title: t.common.status,
      width: 132,
      render: (_, event) => (
        <div>
          <div className={css.state}>
            <Status tone={toneOf(event.status)}>{t.words.status[event.status]}</Status>
            {event.handling_state !== "none" && (
              <Badge tone={toneOf(event.handling_state)} hint={t.events.handlingState}>
                {t.words.handling[event.handling_state]}
              </Badge>
            )}
          </div>
          {event.owner && <div className={css.under}>{event.owner}</div>}
        </div>
      ),
    },
    {
      title: t.common.entities,
      width: 240,
      render: (_, event) => (
        <div>
          <AttackerToAsset event={event} />
          {event.accounts.length > 0 && (
            <div className={css.under} title={event.accounts.join("\n")}>
              {t.common.account} {event.accounts[0]}
              {event.accounts.length > 1 && ` +${event.accounts.length - 1}`}
            </div>
          )}
        </div>
      ),
    },
    {
      title: t.common.tactic,
      width: 112,
      render: (_, event) => <TacticStrip tactics={event.tactics} />,
    },
    {
      title: t.events.alertCount,
      width: 64,
      align: "right",
      render: (_, event) => (
        <span className="number" title={t.events.raw(event.raw_alert_count)}>
          {event.alert_count}
        </span>
      ),
    },
    {
      title: t.events.lastActivity,
      width: 104,
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
