import { useEffect, type ReactNode } from "react";
import css from "./Page.module.css";

interface Props {
  title: string;
  subtitle?: ReactNode;
  /** Buttons of the page, at the right. */
  children?: ReactNode;
}

/** A page's title, here and in the browser's tab. */
export function PageHead({ title, subtitle, children }: Props) {
  useEffect(() => {
    document.title = `${title} · OpenCTDR`;
  }, [title]);
  return (
    <header className={css.head}>
      <div className="grow">
        <h1 className={css.title}>{title}</h1>
        {subtitle && <div className={css.subtitle}>{subtitle}</div>}
      </div>
      {children && <div className="row wrap">{children}</div>}
    </header>
  );
}

/** The room a page lives in. */
export function Page({ children }: { children: ReactNode }) {
  return <div className={css.page}>{children}</div>;
}

/** A white card. */
export function Panel({ title, extra, children }: { title?: ReactNode; extra?: ReactNode; children: ReactNode }) {
  return (
    <section className={css.panel}>
      {(title ?? extra) && (
        <div className={css.panelHead}>
          <h2 className={css.panelTitle}>{title}</h2>
          {extra}
        </div>
      )}
      {children}
    </section>
  );
}
