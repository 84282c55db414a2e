import { Input } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { useSourceProducts } from "../../api/sources";
import { to } from "../../app/paths";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Nothing } from "../../components/Nothing";
import { Page, PageHead } from "../../components/PageHead";
import { useLocal, useText } from "../../i18n/text";
import css from "./ProductPicker.module.css";

/** Asks whose logs a new rule is to read: it starts from one of them. */
export function ProductPicker() {
  const t = useText();
  const local = useLocal();
  const products = useSourceProducts();
  const [wanted, setWanted] = useState("");
  if (products.error) return <Failure error={products.error} onRetry={() => void products.refetch()} page />;
  if (!products.data) return <Loading page />;
  const word = wanted.trim().toLowerCase();
  const shown = products.data.filter(({ product, title }) => `${product} ${title.en} ${title.zh}`.toLowerCase().includes(word));
  return (
    <Page>
      <PageHead title={t.rules.editorTitle} subtitle={t.rules.pickHint} />
      <Input.Search
        autoFocus
        allowClear
        aria-label={t.rules.pickSearch}
        placeholder={t.rules.pickSearch}
        style={{ maxWidth: 360, marginBottom: 12 }}
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      {shown.length === 0 && <Nothing title={t.rules.pickNone} />}
      <ul className={css.products} aria-label={t.common.product}>
        {shown.map(({ product, title, side }) => (
          <li key={product}>
            <Link to={to.ruleNew({ product })} replace>
              <strong>{local(title)}</strong>
              <span className="muted">
                <span className="mono">{product}</span> · {t.words.side[side]}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}
