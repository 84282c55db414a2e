import { Button } from "antd";
import { asProblem } from "../api/problem";
import { useText } from "../i18n/text";
import css from "./Failure.module.css";

interface Props {
  error: unknown;
  title?: string;
  onRetry?: () => void;
  /** Fills a page instead of a line of one. */
  page?: boolean;
}

/** What went wrong, in the server's words, with what support will ask for. */
export function Failure({ error, title, onRetry, page = false }: Props) {
  const t = useText().common;
  const problem = asProblem(error);
  return (
    <div className={page ? css.page : css.inline} role="alert">
      <div className={css.box}>
        <strong>{title ?? problem.title}</strong>
        {problem.detail && <p>{problem.detail}</p>}
        {problem.errors && problem.errors.length > 0 && (
          <ul>
            {problem.errors.map((item) => (
              <li key={`${item.place} ${item.message}`}>
                <span className="mono">{item.place}</span> {item.message}
              </li>
            ))}
          </ul>
        )}
        <p className={css.meta}>
          {t.code} <span className="mono">{problem.code}</span>
          {problem.request_id && (
            <>
              {" · "}
              {t.requestId} <span className="mono">{problem.request_id}</span>
            </>
          )}
        </p>
        {onRetry && (
          <Button size="small" onClick={onRetry}>
            {t.retry}
          </Button>
        )}
      </div>
    </div>
  );
}
