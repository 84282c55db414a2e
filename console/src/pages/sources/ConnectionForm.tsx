import { Button, Form, Input } from "antd";
import { useCreateConnection } from "../../api/sources";
import type { Connection } from "../../api/types";
import { CodeBlock } from "../../components/Copy";
import { Failure } from "../../components/Failure";
import { useTell } from "../../components/useTell";
import { useText } from "../../i18n/text";
import { ramPolicy } from "./ramPolicy";
import css from "./Sources.module.css";

interface Fields {
  name: string;
  account: string;
  region: string;
  access_key_id: string;
  access_key_secret: string;
  sls?: string;
  waf?: string;
}

/** A new cloud connection, beside the least-privilege policy its key needs. */
export function ConnectionForm({ onCreated }: { onCreated: (connection: Connection) => void }) {
  const t = useText();
  const tell = useTell();
  const create = useCreateConnection();
  const [form] = Form.useForm<Fields>();
  const account = Form.useWatch("account", form) as string | undefined;
  const required = [{ required: true, message: t.common.required }];
  const send = ({ sls, waf, ...fields }: Fields) =>
    create.mutate(
      { ...fields, provider: "alibaba", endpoints: { ...(sls && { sls }), ...(waf && { waf }) } },
      {
        onSuccess: (connection) => {
          tell.done(t.sources.connectionSaved);
          onCreated(connection);
        },
      },
    );
  return (
    <div className={css.split}>
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ region: "cn-hangzhou" }}
        onFinish={send}
      >
        <Form.Item<Fields> name="name" label={t.sources.connectionName} rules={required}>
          <Input />
        </Form.Item>
        <div className={css.pair}>
          <Form.Item<Fields> name="account" label={t.sources.accountId} rules={required}>
            <Input className="mono" inputMode="numeric" />
          </Form.Item>
          <Form.Item<Fields> name="region" label={t.sources.region} rules={required} tooltip={t.sources.regionHint}>
            <Input className="mono" placeholder={t.sources.regionExample} />
          </Form.Item>
        </div>
        <Form.Item<Fields> name="access_key_id" label={t.sources.accessKeyId} rules={required}>
          <Input className="mono" autoComplete="off" />
        </Form.Item>
        <Form.Item<Fields>
          name="access_key_secret"
          label={t.sources.accessKeySecret}
          rules={required}
          extra={t.sources.secretHint}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <div className={css.pair}>
          <Form.Item<Fields> name="sls" label={t.sources.slsEndpoint} extra={t.sources.endpointHint}>
            <Input className="mono" />
          </Form.Item>
          <Form.Item<Fields> name="waf" label={t.sources.wafEndpoint}>
            <Input className="mono" />
          </Form.Item>
        </div>
        {create.error && (
          <Form.Item>
            <Failure error={create.error} />
          </Form.Item>
        )}
        <Button type="primary" htmlType="submit" loading={create.isPending}>
          {t.sources.saveConnection}
        </Button>
      </Form>
      <div>
        <h3>{t.sources.policyTitle}</h3>
        <p className="muted">{t.sources.policyHint}</p>
        <CodeBlock text={ramPolicy(account ?? "")} label={t.sources.policyTitle} />
      </div>
    </div>
  );
}
