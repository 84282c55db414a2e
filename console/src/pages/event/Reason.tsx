import type { ReactNode } from "react";
import css from "./Reason.module.css";

const ALERT_ID = /(alt_[0-9a-z]{26})/;

/** A sentence of the server, the alerts it names one click away. */
export function Reason({ text, titles, onAlert }: {
  text: string;
  /** Titles of the alerts on this page, by id. */
  titles: ReadonlyMap<string, string>;
  onAlert: (id: string) => void;
}) {
  const parts: ReactNode[] = text.split(ALERT_ID).map((part, index) =>
    ALERT_ID.test(part) ? (
      <button key={index} type="button" className={css.link} title={part} onClick={() => onAlert(part)}>
        {titles.get(part) ?? `${part.slice(0, 12)}…`}
      </button>
    ) : (
      part
    ),
  );
  return <span>{parts}</span>;
}
