import { Link } from "react-router";
import type { EntityDetail } from "../../api/types";
import { to } from "../../app/paths";
import { Facts } from "../../components/Facts";
import { Moment } from "../../components/Moment";
import { useLocal, useText } from "../../i18n/text";
import event from "../event/EventPage.module.css";

/** What is always in view: the parts of the value, the counts, how far it reaches. */
export function EntityFacts({ entity }: { entity: EntityDetail }) {
  const t = useText();
  const local = useLocal();
  const scoped = entity.parts.length > 1;
  return (
    <aside className={event.facts} aria-label={t.entities.facts}>
      {scoped && (
        <section>
          <h2>{t.entities.parts}</h2>
          <Facts
            narrow
            facts={entity.parts.map((part) => [
              local(part.name),
              part.entity ? (
                <Link className="mono" to={to.entity(part.entity)}>
                  {part.value}
                </Link>
              ) : (
                <span className="mono">{part.value}</span>
              ),
            ])}
          />
        </section>
      )}
      {entity.tag_advice && <div className={event.hint}>{local(entity.tag_advice)}</div>}
      <Facts
        narrow
        facts={[
          [t.shell.nav.alerts, <span className="number" key="alerts">{entity.alert_count}</span>],
          [t.shell.nav.events, <span className="number" key="events">{entity.event_count}</span>],
          [t.entities.asAttacker, entity.attacker_count > 0 && <span className="number">{entity.attacker_count}</span>],
          [t.entities.asVictim, entity.victim_count > 0 && <span className="number">{entity.victim_count}</span>],
          [t.entities.asArtefact, entity.artefact_count > 0 && <span className="number">{entity.artefact_count}</span>],
          [t.entities.firstSeen, <Moment key="first" at={entity.first_time} full />],
          [t.entities.lastSeen, <Moment key="last" at={entity.last_time} full />],
        ]}
      />
      <section>
        <h2>{t.entities.counted(entity.alerts_considered)}</h2>
        <Facts
          narrow
          facts={[
            [t.entities.assets, <span className="number" key="assets">{entity.asset_count}</span>],
            [t.event.products, entity.products.join(", ")],
            [t.event.accounts, entity.accounts.length > 0 && <span className="mono">{entity.accounts.join(", ")}</span>],
          ]}
        />
      </section>
    </aside>
  );
}
