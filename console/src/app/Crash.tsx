import { Button } from "antd";
import { Link, useRouteError } from "react-router";
import { Failure } from "../components/Failure";
import { Nothing } from "../components/Nothing";
import { useText } from "../i18n/text";
import { to } from "./paths";

/** Instead of a page that threw while showing. */
export function Crash() {
  const t = useText().shell;
  const error = useRouteError();
  return <Failure error={error} title={t.crashed} onRetry={() => window.location.reload()} page />;
}

export function NotFound() {
  const t = useText().shell;
  return (
    <Nothing
      title={t.notFound}
      action={
        <Link to={to.events()}>
          <Button type="primary">{t.home}</Button>
        </Link>
      }
    />
  );
}
