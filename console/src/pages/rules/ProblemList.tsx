import { Alert } from "antd";
import { useCallback } from "react";
import type { RuleFinding } from "../../api/types";
import { Loading } from "../../components/Loading";
import { useText } from "../../i18n/text";
import { findingText } from "./findingText";
import type { Severity } from "./marks";
import css from "./RuleEditor.module.css";

/** Something wrong with a text that only the server's words tell. */
export interface Refusal {
  place: string;
  severity: Severity;
  message: string;
}

/** Something wrong with a text, or likely to be. */
export type Found = RuleFinding | Refusal;

/** Says what was found in the reader's language, as far as it has words for it. */
export function useFoundText(): (found: Found) => { text: string; detail?: string } {
  const t = useText().findings;
  return useCallback((found) => ("code" in found ? findingText(t, found) : { text: found.message }), [t]);
}

/** What is wrong with a text; each entry leads to its place. */
export function ProblemList({ found, onPlace }: { found: Found[] | undefined; onPlace: (place: string) => void }) {
  const t = useText().rules;
  const say = useFoundText();
  if (!found) return <Loading />;
  if (found.length === 0) return <Alert type="success" showIcon title={t.noProblems} />;
  return (
    <ul className={css.errors} aria-live="polite">
      {found.map((one) => {
        const { text, detail } = say(one);
        return (
          <li key={`${one.place} ${one.message}`} data-severity={one.severity}>
            <button type="button" onClick={() => onPlace(one.place)}>
              <strong>{t.severity[one.severity]}</strong> <span className="mono">{one.place}</span> {text}
              {detail && <div className="muted">{detail}</div>}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
