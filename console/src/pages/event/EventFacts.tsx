import { Button, Select } from "antd";
import { useChangeEvent } from "../../api/events";
import { useMay, useSession } from "../../api/session";
import type { EventChange, EventDetail, EventStatus, Level } from "../../api/types";
import { Facts } from "../../components/Facts";
import { Moment } from "../../components/Moment";
import { Status, toneOf } from "../../components/Status";
import { useTell } from "../../components/useTell";
import { useLocal, useText, word } from "../../i18n/text";
import css from "./EventPage.module.css";
import { EventPatterns } from "./EventPatterns";

const STATUSES: EventStatus[] = ["unhandled", "handling", "handling_failed", "handled"];
const LEVELS: Level[] = [5, 4, 3, 2, 1];

/** What is always in view: what to do, who does it, where it stands. */
export function EventFacts({ event, onAlert }: { event: EventDetail; onAlert: (id: string) => void }) {
  const t = useText();
  const local = useLocal();
  return (
    <aside className={css.facts} aria-label={t.event.facts}>
      <section>
        <h2>{t.event.whatToDo}</h2>
        <div className={css.instruction} data-level={event.level}>
          {local(event.handling_instruction)}
        </div>
      </section>
      <Handling event={event} />
      <Facts
        narrow
        facts={[
          [
            t.events.handlingState,
            event.handling_state !== "none" && (
              <Status tone={toneOf(event.handling_state)}>{t.words.handling[event.handling_state]}</Status>
            ),
          ],
          [t.events.score, <strong key="score" className="number">{event.score}</strong>],
          [t.event.first, <Moment key="first" at={event.first_time} full />],
          [t.event.last, <Moment key="last" at={event.last_time} full />],
          [t.events.alertCount, t.event.alertsOfRaw(String(event.alert_count), String(event.raw_alert_count))],
          [t.event.method, t.words.method[event.method]],
          [t.common.side, t.words.side[event.side]],
          [t.event.products, event.products.join(", ")],
          [t.event.accounts, event.accounts.length > 0 && <span className="mono">{event.accounts.join(", ")}</span>],
          [t.event.techniques, event.techniques.join(", ")],
          [t.event.tags, event.tags.join(", ")],
        ]}
      />
      {event.level_reasons.length > 0 && (
        <section>
          <h2>{t.event.whyLevel}</h2>
          {event.level_chosen && <p className={css.hint}>{t.event.levelChosen}</p>}
          <ul className={css.reasons}>
            {event.level_reasons.map((reason) => (
              <li key={reason.en}>{local(reason)}</li>
            ))}
          </ul>
        </section>
      )}
      {event.patterns.length > 0 && <EventPatterns patterns={event.patterns} onAlert={onAlert} />}
      {event.score_reasons.length > 0 && (
        <section>
          <h2>{t.event.whyScore}</h2>
          <ul className={css.reasons}>
            {event.score_reasons.map((reason) => (
              <li key={reason.en}>{local(reason)}</li>
            ))}
          </ul>
        </section>
      )}
    </aside>
  );
}

function Handling({ event }: { event: EventDetail }) {
  const t = useText();
  const tell = useTell();
  const may = useMay("responder");
  const me = useSession().data?.user.name ?? "";
  const change = useChangeEvent(event.id);
  const set = (what: EventChange) => change.mutate(what, { onError: tell.failed });
  const owners = [...new Set([me, event.owner].filter((name): name is string => Boolean(name)))];
  return (
    <div className={css.editable}>
      <label htmlFor="event-status">{t.common.status}</label>
      <Select
        id="event-status"
        disabled={!may}
        loading={change.isPending}
        value={event.status}
        options={STATUSES.map((value) => ({ value, label: t.words.status[value] }))}
        onChange={(status) => set({ status })}
      />
      <label htmlFor="event-level">{t.common.level}</label>
      <Select
        id="event-level"
        disabled={!may}
        value={event.level}
        options={LEVELS.map((value) => ({ value, label: word(t.words.level, value) }))}
        onChange={(level) => set({ level })}
      />
      <label htmlFor="event-owner">{t.common.owner}</label>
      <div className="row">
        <Select
          id="event-owner"
          className="grow"
          allowClear
          disabled={!may}
          placeholder={t.common.nobody}
          value={event.owner ?? undefined}
          options={owners.map((value) => ({ value, label: value }))}
          onChange={(owner: string | undefined) => set({ owner: owner ?? null })}
        />
        {may && event.owner !== me && (
          <Button size="small" onClick={() => set({ owner: me })}>
            {t.common.me}
          </Button>
        )}
      </div>
      {event.status !== "unhandled" && <div className={css.hint} style={{ gridColumn: "1 / -1" }}>{t.event.closedHint}</div>}
    </div>
  );
}
