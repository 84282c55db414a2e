import { Button } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { ingestUrl, useCreateSource } from "../../api/sources";
import type { SourceProduct } from "../../api/types";
import { to } from "../../app/paths";
import { CodeBlock } from "../../components/Copy";
import { Failure } from "../../components/Failure";
import { useTell } from "../../components/useTell";
import { useText } from "../../i18n/text";
import { curlLine } from "./prefill";
import css from "./Sources.module.css";
import { NewToken } from "./TokensTab";
import { ZoneSelect } from "./ZoneSelect";

/** Saves a source that is pushed to, and gives the command that pushes. */
export function PushStep({ product }: { product: SourceProduct }) {
  const t = useText();
  const tell = useTell();
  const save = useCreateSource();
  const [zone, setZone] = useState("UTC");
  const [token, setToken] = useState("TOKEN");
  if (!save.data) {
    const send = () =>
      save.mutate(
        { product: product.product, method: "push", config: {}, time_zone: zone },
        { onSuccess: () => tell.done(t.sources.saved) },
      );
    return (
      <>
        <div className={css.line}>
          <span className="muted">{t.sources.timeZone}</span>
          <ZoneSelect value={zone} onChange={setZone} />
        </div>
        {save.error && <Failure error={save.error} />}
        <div className={css.foot}>
          <Button type="primary" loading={save.isPending} onClick={send}>
            {t.sources.save}
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      <p>{t.sources.pushHint}</p>
      <CodeBlock text={curlLine(ingestUrl(product.product), token)} label={t.sources.pushTitle} />
      {token === "TOKEN" && <p className="muted">{t.sources.pushNeedsToken}</p>}
      <NewToken onCreated={setToken} />
      <Link to={to.sources()}>
        <Button type="primary">{t.sources.title}</Button>
      </Link>
    </>
  );
}
