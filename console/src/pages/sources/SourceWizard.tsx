import { Button, Steps } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useConnections, useSourceProducts } from "../../api/sources";
import type { Connection, SourceProduct } from "../../api/types";
import { to } from "../../app/paths";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Page, PageHead, Panel } from "../../components/PageHead";
import { useLocal, useText, word } from "../../i18n/text";
import { ConnectionForm } from "./ConnectionForm";
import { PushStep } from "./PushStep";
import css from "./Sources.module.css";
import { StoreStep } from "./StoreStep";

type How = "sls" | "push";

/** From "no logs" to "logs arrive": how, with which key, which product, checked, saved. */
export default function SourceWizard() {
  const t = useText().sources;
  const navigate = useNavigate();
  const products = useSourceProducts();
  const [how, setHow] = useState<How>("sls");
  const [step, setStep] = useState(0);
  const [connection, setConnection] = useState<Connection>();
  const [product, setProduct] = useState<SourceProduct>();
  const pick = (chosen: SourceProduct) => {
    setProduct(chosen);
    setStep(2);
  };
  const titles = how === "sls" ? [t.stepConnection, t.stepProduct, t.stepCheck] : [t.how, t.stepProduct, t.pushTitle];
  return (
    <Page>
      <div className={css.wizard}>
        <PageHead title={t.add}>
          <Button onClick={() => void navigate(to.sources())}>{useText().common.cancel}</Button>
        </PageHead>
        <Steps
          size="small"
          className={css.steps ?? ""}
          current={step}
          items={titles.map((title, index) => ({ title, disabled: index > step }))}
          onChange={(next) => setStep(Math.min(next, step))}
        />
        <Panel>
          <div className={css.body}>
            {step === 0 && (
              <FirstStep
                how={how}
                onHow={setHow}
                onPush={() => setStep(1)}
                onConnection={(chosen) => {
                  setConnection(chosen);
                  setStep(1);
                }}
              />
            )}
            {step === 1 && products.error && <Failure error={products.error} />}
            {step === 1 && products.isLoading && <Loading />}
            {step === 1 && <ProductStep products={products.data ?? []} how={how} connection={connection} onPick={pick} />}
            {step === 2 && product && how === "sls" && connection && (
              <StoreStep key={product.product} product={product} connection={connection} />
            )}
            {step === 2 && product && how === "push" && <PushStep key={product.product} product={product} />}
          </div>
        </Panel>
      </div>
    </Page>
  );
}

interface FirstProps {
  how: How;
  onHow: (how: How) => void;
  onPush: () => void;
  onConnection: (connection: Connection) => void;
}

function FirstStep({ how, onHow, onPush, onConnection }: FirstProps) {
  const t = useText();
  const connections = useConnections();
  const [creating, setCreating] = useState(false);
  const known = connections.data ?? [];
  return (
    <>
      <h3>{t.sources.how}</h3>
      <div className={css.choices}>
        <Choice
          title={t.sources.howPull}
          hint={t.sources.howPullHint}
          chosen={how === "sls"}
          onClick={() => onHow("sls")}
        />
        <Choice
          title={t.sources.howPush}
          hint={t.sources.howPushHint}
          chosen={how === "push"}
          onClick={() => {
            onHow("push");
            onPush();
          }}
        />
      </div>
      {connections.error && <Failure error={connections.error} />}
      {how === "sls" && known.length > 0 && (
        <>
          <h3>{t.sources.chooseConnection}</h3>
          <div className={css.choices}>
            {known.map((connection) => (
              <Choice
                key={connection.id}
                title={connection.name}
                hint={`${word(t.words.provider, connection.provider)} · ${connection.account} · ${connection.region}`}
                onClick={() => onConnection(connection)}
              />
            ))}
            <Choice title={`+ ${t.sources.newConnection}`} hint="" chosen={creating} onClick={() => setCreating(true)} />
          </div>
        </>
      )}
      {how === "sls" && connections.isSuccess && (creating || known.length === 0) && (
        <ConnectionForm onCreated={onConnection} />
      )}
    </>
  );
}

function ProductStep(props: {
  products: SourceProduct[];
  how: How;
  connection: Connection | undefined;
  onPick: (product: SourceProduct) => void;
}) {
  const t = useText();
  const local = useLocal();
  const offered = props.products.filter(
    (product) =>
      product.methods.includes(props.how) &&
      (props.how === "push" || !props.connection || product.product.startsWith(`${props.connection.provider}/`)),
  );
  return (
    <div className={css.choices}>
      {offered.map((product) => (
        <Choice
          key={product.product}
          title={local(product.title)}
          hint={`${t.words.side[product.side]} · ${product.logs.map((log) => local(log.title)).join(", ")}`}
          onClick={() => props.onPick(product)}
        />
      ))}
    </div>
  );
}

function Choice(props: { title: string; hint: string; chosen?: boolean; onClick: () => void }) {
  return (
    <button type="button" className={css.choice} aria-pressed={props.chosen ?? false} onClick={props.onClick}>
      <strong>{props.title}</strong>
      <span>{props.hint}</span>
    </button>
  );
}
