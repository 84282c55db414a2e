import { Alert } from "antd";
import { Loading } from "../../components/Loading";
import { useText, word } from "../../i18n/text";
import css from "./RuleEditor.module.css";

/** Something wrong with a text, or likely to be. */
export interface Found {
  place: string;
  severity: string;
  message: string;
}

/** What is wrong with a text; each entry leads to its place. */
export function ProblemList({ found, onPlace }: { found: Found[] | undefined; onPlace: (place: string) => void }) {
  const t = useText().rules;
  if (!found) return <Loading />;
  if (found.length === 0) return <Alert type="success" showIcon title={t.noProblems} />;
  return (
    <ul className={css.errors} aria-live="polite">
      {found.map((one) => (
        <li key={`${one.place} ${one.message}`} data-severity={one.severity}>
          <button type="button" onClick={() => onPlace(one.place)}>
            <strong>{word(t.severity, one.severity)}</strong> <span className="mono">{one.place}</span> {one.message}
          </button>
        </li>
      ))}
    </ul>
  );
}
