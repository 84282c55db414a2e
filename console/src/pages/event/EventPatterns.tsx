import { Button } from "antd";
import { Link } from "react-router";
import type { EventPattern } from "../../api/types";
import { to } from "../../app/paths";
import { useLocal, useText } from "../../i18n/text";
import css from "./EventPage.module.css";

/** Alerts shown of a step; a step may count to hundreds. */
const SHOWN = 3;

/** The expert patterns that hold in the event: which of its alerts take which step. */
export function EventPatterns({ patterns, onAlert }: { patterns: EventPattern[]; onAlert: (id: string) => void }) {
  const t = useText().patterns;
  const local = useLocal();
  return (
    <section>
      <h2>{t.holds}</h2>
      {patterns.map((pattern) => (
        <div key={pattern.id}>
          <Link to={to.rules({ origin: "patterns", pattern: pattern.id })}>{local(pattern.title)}</Link>
          <ul className={css.reasons}>
            {pattern.steps.map((step) => (
              <li key={step.number}>
                {step.number}. {local(step.name)}
                {step.alerts.slice(0, SHOWN).map((alert) => (
                  <div key={alert.alert_id}>
                    <Button type="link" size="small" onClick={() => onAlert(alert.alert_id)}>
                      {local(alert.title)}
                    </Button>
                  </div>
                ))}
                {step.alerts.length > SHOWN && <div className="muted">{t.more(step.alerts.length - SHOWN)}</div>}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
