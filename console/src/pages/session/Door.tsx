import { Button } from "antd";
import type { ReactNode } from "react";
import { Mark } from "../../app/Mark";
import { usePreferences } from "../../app/preferences";
import { useText } from "../../i18n/text";
import css from "./Door.module.css";

/** What surrounds the pages before signing in. */
export function Door({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  const t = useText();
  const { locale, setLocale } = usePreferences();
  return (
    <main className={css.door}>
      <div className={css.box}>
        <div className={css.brand}>
          <Mark size={36} />
          <div>
            <strong>OpenCTDR</strong>
            <div className="muted">{t.session.tagline}</div>
          </div>
        </div>
        <h1>{title}</h1>
        {hint && <p className="muted">{hint}</p>}
        {children}
      </div>
      <Button type="text" onClick={() => setLocale(locale === "zh" ? "en" : "zh")}>
        {t.shell.otherLanguage}
      </Button>
    </main>
  );
}
