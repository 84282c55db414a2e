import type { ReactNode } from "react";
import { useText } from "../i18n/text";
import css from "./ReportSection.module.css";

interface Props {
  title: string;
  /** Lines there are; without any, there is no section. */
  shown: number;
  /** All that could be shown, where that may be more. */
  total?: number;
  /** List items. */
  children: ReactNode;
}

/** A part of what the server found out: a heading and its lines. */
export function ReportSection({ title, shown, total, children }: Props) {
  const t = useText().common;
  if (shown === 0) return null;
  return (
    <section className={css.section}>
      <h3>{total === undefined ? title : `${title} (${total})`}</h3>
      <ul>{children}</ul>
      {total !== undefined && total > shown && <div className="muted">{t.shown(shown, String(total))}</div>}
    </section>
  );
}
