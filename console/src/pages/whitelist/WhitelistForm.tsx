import { Alert, Button, Drawer, Form, Input, Radio, Select } from "antd";
import { useSearchParams } from "react-router";
import { useCreateWhitelist, useWhitelistFields } from "../../api/admin";
import type { Condition, ConditionField } from "../../api/types";
import { ConditionEditor } from "../../components/ConditionEditor";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { useTell } from "../../components/useTell";
import { readPredicate } from "../../filters/prefill";
import { useText } from "../../i18n/text";

type Expiry = "1" | "7" | "30" | "never";

interface Fields {
  scope: "event" | "alert";
  condition: Condition;
  reason: string;
  expiry: Expiry;
}

const DAY_MS = 86_400_000;
const EXPIRIES: Expiry[] = ["1", "7", "30", "never"];

/** A new entry; a link from an event or an alert fills it in. */
export function WhitelistForm({ onClose }: { onClose: () => void }) {
  const t = useText();
  const fields = useWhitelistFields();
  return (
    <Drawer open onClose={onClose} size={760} title={t.whitelist.create}>
      {fields.error && <Failure error={fields.error} />}
      {fields.isLoading && <Loading />}
      {fields.data && <Body fields={fields.data} onClose={onClose} />}
    </Drawer>
  );
}

/** The conditions a link carries, as far as the server offers them. */
function carried(params: URLSearchParams, fields: ConditionField[]): Condition {
  const conditions = params
    .getAll("when")
    .flatMap((text) => readPredicate(text) ?? [])
    .filter((one) => fields.some((field) => field.name === one.left && field.operators.includes(one.operator)));
  return { conditions };
}

function Body({ fields, onClose }: { fields: ConditionField[]; onClose: () => void }) {
  const t = useText();
  const tell = useTell();
  const [params] = useSearchParams();
  const create = useCreateWhitelist();
  const send = ({ expiry, ...entry }: Fields) =>
    create.mutate(
      {
        ...entry,
        expires_at: expiry === "never" ? null : new Date(Date.now() + Number(expiry) * DAY_MS).toISOString(),
      },
      {
        onSuccess: () => {
          tell.done(t.whitelist.created);
          onClose();
        },
      },
    );
  return (
    <Form<Fields>
      layout="vertical"
      requiredMark={false}
      initialValues={{
        scope: params.get("scope") === "alert" ? "alert" : "event",
        condition: carried(params, fields),
        expiry: "30",
      }}
      onFinish={send}
    >
      {params.has("when") && <Alert type="info" showIcon title={t.whitelist.prefilled} style={{ marginBottom: 14 }} />}
      <Form.Item<Fields> name="scope" label={t.whitelist.scope}>
        <Radio.Group
          options={(["event", "alert"] as const).map((value) => ({
            value,
            label: (
              <>
                {t.whitelist.scopes[value]} <span className="muted">{t.whitelist.scopeHint[value]}</span>
              </>
            ),
          }))}
          vertical
        />
      </Form.Item>
      <Form.Item<Fields>
        name="condition"
        label={t.whitelist.conditions}
        rules={[
          {
            validator: (_, condition: Condition) =>
              condition.conditions.length > 0
                ? Promise.resolve()
                : Promise.reject(new Error(t.whitelist.needCondition)),
          },
        ]}
      >
        <ConditionEditor fields={fields} />
      </Form.Item>
      <Form.Item<Fields>
        name="reason"
        label={t.common.reason}
        rules={[{ required: true, whitespace: true, message: t.common.required }]}
      >
        <Input.TextArea rows={2} placeholder={t.whitelist.reasonHint} />
      </Form.Item>
      <Form.Item<Fields> name="expiry" label={t.whitelist.expires}>
        <Select style={{ width: 160 }} options={EXPIRIES.map((value) => ({ value, label: t.whitelist.expiry[value] }))} />
      </Form.Item>
      {create.error && (
        <Form.Item>
          <Failure error={create.error} />
        </Form.Item>
      )}
      <Button type="primary" htmlType="submit" loading={create.isPending}>
        {t.common.save}
      </Button>
    </Form>
  );
}
