import { useMemo } from "react";
import type { Evidence } from "../api/types";
import { useText } from "../i18n/text";
import { pieces } from "../text/spans";
import { CopyButton } from "./Copy";
import css from "./RawLog.module.css";

/** A raw record with what the rule matched marked in it. */
export function RawLog({ evidence }: { evidence: Evidence }) {
  const t = useText();
  const cut = useMemo(
    () =>
      pieces(
        evidence.raw,
        evidence.matched.flatMap(({ name, span }) => (span ? [{ ...span, name }] : [])),
      ),
    [evidence],
  );
  return (
    <div className={css.record}>
      {evidence.matched.length > 0 && (
        <dl className={css.fields}>
          {evidence.matched.map((field) => (
            <div key={field.name}>
              <dt>{field.name}</dt>
              <dd>
                <mark>{field.value}</mark>
                {!field.span && <span className="muted"> ({t.alerts.matchedNowhere})</span>}
              </dd>
            </div>
          ))}
        </dl>
      )}
      <div className={css.raw}>
        <pre tabIndex={0} aria-label={t.alerts.evidence}>
          {cut.map((piece, index) =>
            piece.names.length > 0 ? (
              <mark key={index} title={piece.names.join(", ")}>
                {piece.text}
              </mark>
            ) : (
              <span key={index}>{piece.text}</span>
            ),
          )}
        </pre>
        <div className={css.copy}>
          <CopyButton text={evidence.raw} />
        </div>
      </div>
    </div>
  );
}
