import type { ReactNode } from "react";
import css from "./Nothing.module.css";

/** An empty place that says why it is empty and what to do next. */
export function Nothing({ title, hint, action }: { title: string; hint?: string; action?: ReactNode }) {
  return (
    <div className={css.nothing}>
      <svg width="56" height="40" viewBox="0 0 56 40" aria-hidden="true">
        <rect x="1" y="6" width="54" height="9" rx="3" className={css.line} />
        <rect x="1" y="19" width="38" height="9" rx="3" className={css.line} />
        <rect x="1" y="32" width="22" height="7" rx="3" className={css.line} />
      </svg>
      <strong>{title}</strong>
      {hint && <p>{hint}</p>}
      {action}
    </div>
  );
}
