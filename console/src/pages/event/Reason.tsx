import { Link, useSearchParams } from "react-router";

const ALERT_ID = /(alt_[0-9a-z]{26})/;

interface Props {
  text: string;
  /** Titles of the alerts on this page, by id. */
  titles: ReadonlyMap<string, string>;
}

/** A sentence of the server, the alerts it names one click away. */
export function Reason({ text, titles }: Props) {
  const [params] = useSearchParams();
  const opened = (alert: string) => {
    const next = new URLSearchParams(params);
    next.set("alert", alert);
    return { search: next.toString() };
  };
  return (
    <span>
      {text.split(ALERT_ID).map((part, index) =>
        ALERT_ID.test(part) ? (
          <Link key={index} to={opened(part)} replace title={part} onClick={(event) => event.stopPropagation()}>
            {titles.get(part) ?? `${part.slice(0, 12)}…`}
          </Link>
        ) : (
          part
        ),
      )}
    </span>
  );
}
