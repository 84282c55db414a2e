import { Alert, Button, Collapse, Drawer, Form, Input, Radio, Select } from "antd";
import { useSearchParams } from "react-router";
import { useCreateWhitelist, useWhitelistFields } from "../../api/admin";
import { asProblem } from "../../api/problem";
import { previewWhitelist, useChangeWhitelist } from "../../api/tuning";
import type { Condition, ConditionField, Whitelist } from "../../api/types";
import { ConditionEditor } from "../../components/ConditionEditor";
import { Failure } from "../../components/Failure";
import { checkFormula } from "../../components/formula";
import { Loading } from "../../components/Loading";
import { Moment } from "../../components/Moment";
import { ReplayPanel } from "../../components/ReplayPanel";
import { useTell } from "../../components/useTell";
import { readPredicate } from "../../filters/prefill";
import { useText } from "../../i18n/text";
import { EXPIRIES, endOf, startOf, type Expiry } from "./expiry";

interface Fields {
  scope: "event" | "alert";
  condition: Condition;
  reason: string;
  owner?: string;
  expiry: Expiry;
}

interface Props {
  /** The entry to change; a new one is made without. */
  entry?: Whitelist;
  onClose: () => void;
}

/** An entry, new or changed; a link from an event or an alert fills a new one in. */
export function WhitelistForm({ entry, onClose }: Props) {
  const t = useText();
  const fields = useWhitelistFields();
  return (
    <Drawer open onClose={onClose} size={760} title={entry ? t.whitelist.edit : t.whitelist.create}>
      {fields.error && <Failure error={fields.error} />}
      {fields.isLoading && <Loading />}
      {fields.data && <Body fields={fields.data} onClose={onClose} {...(entry && { entry })} />}
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

const formulaHolds = ({ conditions, formula }: Condition) => !checkFormula(formula ?? "", conditions.length);

function Body({ fields, entry, onClose }: Props & { fields: ConditionField[] }) {
  const t = useText();
  const [params] = useSearchParams();
  const [form] = Form.useForm<Fields>();
  const { send, error, isPending } = useSend(onClose, entry);
  const start: Fields = {
    scope: entry?.scope ?? (params.get("scope") === "alert" ? "alert" : "event"),
    condition: entry?.condition ?? carried(params, fields),
    reason: entry?.reason ?? "",
    expiry: startOf(entry),
    ...(entry && { owner: entry.owner }),
  };
  const condition = (Form.useWatch("condition", form) as Condition | undefined) ?? start.condition;
  const scope = (Form.useWatch("scope", form) as Fields["scope"] | undefined) ?? start.scope;
  const isReady = condition.conditions.length > 0 && formulaHolds(condition);
  const tried = { scope, condition, ...(entry && { id: entry.id }) };
  return (
    <Form<Fields> form={form} layout="vertical" requiredMark={false} initialValues={start} onFinish={send}>
      {!entry && params.has("when") && (
        <Alert type="info" showIcon title={t.whitelist.prefilled} style={{ marginBottom: 14 }} />
      )}
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
            validator: (_, value: Condition) =>
              value.conditions.length > 0 ? Promise.resolve() : Promise.reject(new Error(t.whitelist.needCondition)),
          },
        ]}
      >
        <ConditionEditor fields={fields} empty={t.whitelist.needCondition} />
      </Form.Item>
      <Collapse
        size="small"
        style={{ marginBottom: 14 }}
        items={[
          {
            key: "preview",
            label: t.tuning.preview,
            children: (
              <ReplayPanel
                place={`whitelist ${entry?.id ?? ""}`}
                asked={JSON.stringify(tried)}
                start={(days) => previewWhitelist({ ...tried, days })}
                disabled={!isReady}
                hint={t.whitelist.previewHint}
              />
            ),
          },
        ]}
      />
      <Form.Item<Fields>
        name="reason"
        label={t.common.reason}
        rules={[{ required: true, whitespace: true, message: t.common.required }]}
      >
        <Input.TextArea rows={2} placeholder={t.whitelist.reasonHint} />
      </Form.Item>
      <Form.Item<Fields> name="owner" label={t.common.owner}>
        <Input style={{ width: 220 }} placeholder={t.common.me} />
      </Form.Item>
      <Form.Item<Fields>
        name="expiry"
        label={t.whitelist.expires}
        extra={entry?.expires_at && <Moment at={entry.expires_at} full />}
      >
        <Select
          style={{ width: 160 }}
          options={[
            ...EXPIRIES.map((value) => ({ value, label: t.whitelist.expiry[value] })),
            ...(entry?.expires_at ? [{ value: "custom", label: t.whitelist.custom }] : []),
          ]}
        />
      </Form.Item>
      {error && <Form.Item>{isStale(error) ? <Alert type="warning" showIcon title={t.whitelist.stale} /> : <Failure error={error} />}</Form.Item>}
      <Button type="primary" htmlType="submit" disabled={!formulaHolds(condition)} loading={isPending}>
        {t.common.save}
      </Button>
    </Form>
  );
}

const isStale = (error: Error) => asProblem(error).status === 412;

/** Makes the entry, or changes it from the version that was shown. */
function useSend(onClose: () => void, entry: Whitelist | undefined) {
  const t = useText().whitelist;
  const tell = useTell();
  const create = useCreateWhitelist();
  const change = useChangeWhitelist();
  const done = (text: string) => ({
    onSuccess: () => {
      tell.done(text);
      onClose();
    },
  });
  const send = ({ expiry, owner, ...rest }: Fields) => {
    const end = endOf(expiry, Date.now());
    const says = owner?.trim() ? { owner: owner.trim() } : {};
    if (!entry) create.mutate({ ...rest, ...says, expires_at: end ?? null }, done(t.created));
    else {
      const ends = end === undefined ? {} : { expires_at: end };
      change.mutate({ id: entry.id, version: entry.version, change: { ...rest, ...says, ...ends } }, done(t.changed));
    }
  };
  return { send, error: create.error ?? change.error, isPending: create.isPending || change.isPending };
}
