import { Alert, Button, Form, Input } from "antd";
import { useNavigate } from "react-router";
import { useCheckSource, useCreateSource } from "../../api/sources";
import type { Connection, SourceCheck, SourceConfig, SourceProduct } from "../../api/types";
import { to } from "../../app/paths";
import { Failure } from "../../components/Failure";
import { Status } from "../../components/Status";
import { useTell } from "../../components/useTell";
import { useLocal, useText } from "../../i18n/text";
import { prefillConfig } from "./prefill";
import css from "./Sources.module.css";
import { ZoneSelect } from "./ZoneSelect";

type Fields = SourceConfig & { time_zone: string };

/** Where the log is; what is missing is named before anything is saved. */
export function StoreStep({ product, connection }: { product: SourceProduct; connection: Connection }) {
  const t = useText();
  const tell = useTell();
  const navigate = useNavigate();
  const check = useCheckSource();
  const save = useCreateSource();
  const [form] = Form.useForm<Fields>();
  const required = [{ required: true, message: t.common.required }];
  const config = (): SourceConfig => {
    const { project, logstore, region } = form.getFieldsValue();
    return { project, logstore, region };
  };
  const send = () =>
    save.mutate(
      {
        product: product.product,
        method: "sls",
        connection: connection.id,
        config: config(),
        time_zone: form.getFieldValue("time_zone") as string,
      },
      {
        onSuccess: () => {
          tell.done(t.sources.saved);
          void navigate(to.sources());
        },
      },
    );
  const start = prefillConfig(product, connection);
  return (
    <Form<Fields>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{ ...start, time_zone: "UTC" }}
      onValuesChange={() => check.reset()}
      onFinish={() => check.mutate({ connection: connection.id, product: product.product, config: config() })}
    >
      <div className={css.pair}>
        <Form.Item<Fields>
          name="project"
          label={t.sources.project}
          rules={required}
          extra={start.project ? t.sources.prefilled : undefined}
        >
          <Input className="mono" />
        </Form.Item>
        <Form.Item<Fields> name="logstore" label={t.sources.logstore} rules={required}>
          <Input className="mono" />
        </Form.Item>
        <Form.Item<Fields> name="region" label={t.sources.region} rules={required}>
          <Input className="mono" />
        </Form.Item>
        <Form.Item<Fields> name="time_zone" label={t.sources.timeZone}>
          <ZoneSelect />
        </Form.Item>
      </div>
      {check.data && <Checks result={check.data} />}
      {check.data?.found && <Found found={check.data.found} current={config()} onUse={(found) => {
        form.setFieldsValue(found);
        check.reset();
      }} />}
      {(check.error ?? save.error) && <Failure error={check.error ?? save.error} />}
      <div className={css.foot}>
        <Button htmlType="submit" type={check.data?.ok ? "default" : "primary"} loading={check.isPending}>
          {t.sources.check}
        </Button>
        <Button
          type={check.data?.ok ? "primary" : "default"}
          disabled={!check.data?.ok}
          title={check.data?.ok ? "" : t.sources.checkFirst}
          loading={save.isPending}
          onClick={send}
        >
          {t.sources.save}
        </Button>
      </div>
    </Form>
  );
}

interface FoundProps {
  found: { project: string; logstore: string };
  current: SourceConfig;
  onUse: (found: { project: string; logstore: string }) => void;
}

/** The firewall knows where its log goes better than any default. */
function Found({ found, current, onUse }: FoundProps) {
  const t = useText().sources;
  if (found.project === current.project && found.logstore === current.logstore) return null;
  return (
    <div className={css.line}>
      {t.foundElsewhere(`${found.project}/${found.logstore}`)}
      <Button size="small" onClick={() => onUse(found)}>
        {t.useFound}
      </Button>
    </div>
  );
}

function Checks({ result }: { result: SourceCheck }) {
  const t = useText().sources;
  const local = useLocal();
  return (
    <>
      <Alert type={result.ok ? "success" : "error"} showIcon title={result.ok ? t.checkOk : t.checkBad} />
      <ul className={css.checks}>
        {result.checks.map((check) => (
          <li key={check.name.en}>
            <Status tone={check.ok ? "good" : "bad"}>{local(check.name)}</Status>
            {check.problem && <p>{local(check.problem)}</p>}
            {check.hint && <p className="muted">{local(check.hint)}</p>}
          </li>
        ))}
      </ul>
    </>
  );
}
