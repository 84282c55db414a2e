import { Alert, Button, DatePicker, Form, Input, InputNumber, Select, Switch } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { useResponseSettings } from "../../api/disposal";
import { usePlaybooks, useResponseFields, useResponseRule, useSaveResponseRule } from "../../api/response";
import { useMay } from "../../api/session";
import type { ConditionField, ResponseAction, ResponseRuleInput } from "../../api/types";
import { to } from "../../app/paths";
import { ConditionEditor, type ConditionEditorProps } from "../../components/ConditionEditor";
import { DurationSelect } from "../../components/DurationSelect";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Page, PageHead, Panel } from "../../components/PageHead";
import { useTell } from "../../components/useTell";
import { useText } from "../../i18n/text";
import { ActionsEditor } from "./ActionsEditor";
import { draftOf, emptyDraft, isComplete, prefill } from "./draft";
import css from "./ResponseRulePage.module.css";

type Fields = Omit<ResponseRuleInput, "expires_at"> & { expires_at: Dayjs | null };

/** Creates or edits a response rule; a link from an event fills a new one in. */
export default function ResponseRulePage() {
  const { id = "" } = useParams();
  const [params] = useSearchParams();
  const fields = useResponseFields();
  const settings = useResponseSettings();
  const rule = useResponseRule(id);
  const playbooks = usePlaybooks();
  const error = fields.error ?? rule.error;
  if (error) return <Failure error={error} page />;
  if (!fields.data || settings.isLoading || playbooks.isLoading || (id !== "" && !rule.data)) return <Loading page />;
  const { draft, ignored } = rule.data
    ? { draft: draftOf(rule.data), ignored: [] }
    : prefill(
        emptyDraft(playbooks.data?.[0]?.id ?? "", settings.data?.default_duration_seconds),
        params,
        fields.data,
      );
  return <RuleForm key={id} id={id} start={draft} fields={fields.data} ignored={ignored} prefilled={params.has("when")} />;
}

interface Props {
  id: string;
  start: ResponseRuleInput;
  fields: ConditionField[];
  ignored: string[];
  prefilled: boolean;
}

function RuleForm({ id, start, fields, ignored, prefilled }: Props) {
  const t = useText();
  const tell = useTell();
  const navigate = useNavigate();
  const [form] = Form.useForm<Fields>();
  const save = useSaveResponseRule();
  const may = useMay("admin");
  const send = ({ expires_at, ...rest }: Fields) =>
    save.mutate(
      { ...(id !== "" && { id }), input: { ...rest, expires_at: expires_at ? expires_at.toISOString() : null } },
      {
        onSuccess: () => {
          tell.done(t.responseRules.saved);
          void navigate(to.responseRules());
        },
      },
    );
  return (
    <Page>
      <PageHead title={id === "" ? t.responseRules.create : t.responseRules.editTitle}>
        <Button onClick={() => void navigate(to.responseRules())}>{t.common.cancel}</Button>
        <Button type="primary" disabled={!may} loading={save.isPending} onClick={() => form.submit()}>
          {t.common.save}
        </Button>
      </PageHead>
      {prefilled && <Alert type="info" showIcon title={t.responseRules.fromEvent} style={{ marginBottom: 12 }} />}
      {ignored.length > 0 && (
        <Alert type="warning" showIcon title={t.responseRules.ignored(ignored.join(", "))} style={{ marginBottom: 12 }} />
      )}
      {save.error && <Failure error={save.error} />}
      <Form<Fields>
        form={form}
        layout="vertical"
        disabled={!may}
        className={css.form ?? ""}
        initialValues={{ ...start, expires_at: start.expires_at ? dayjs(start.expires_at) : null }}
        onFinish={send}
      >
        <Panel>
          <Basics />
        </Panel>
        <Panel title={t.conditions.title} extra={<span className="muted">{t.conditions.allHold}</span>}>
          <div className={css.body}>
            <Form.Item<Fields> name="condition" noStyle>
              <TriggerConditions all={fields} />
            </Form.Item>
          </div>
        </Panel>
        <Panel title={t.responseRules.actions} extra={<span className="muted">{t.responseRules.actionsHint}</span>}>
          <div className={css.body}>
            <Form.Item<Fields>
              name="actions"
              className={css.last ?? ""}
              rules={[
                {
                  validator: (_, actions: ResponseAction[]) =>
                    actions.length > 0 && actions.every(isComplete)
                      ? Promise.resolve()
                      : Promise.reject(new Error(t.responseRules.needAction)),
                },
              ]}
            >
              <ActionsEditor />
            </Form.Item>
          </div>
        </Panel>
        <Panel>
          <Limits />
        </Panel>
      </Form>
    </Page>
  );
}

/** Conditions about what the chosen trigger knows: an alert has no status, an event no rule origin. */
function TriggerConditions({ all, ...field }: { all: ConditionField[] } & Omit<ConditionEditorProps, "fields">) {
  const trigger = Form.useWatch<Fields["trigger"] | undefined>("trigger");
  const fields = useResponseFields(trigger);
  return <ConditionEditor {...field} fields={fields.data ?? all} />;
}

function Basics() {
  const t = useText();
  const required = [{ required: true, message: t.common.required }];
  return (
    <div className={css.grid}>
      <Form.Item<Fields> name="name" label={t.common.name} rules={required} className={css.wide ?? ""}>
        <Input maxLength={120} />
      </Form.Item>
      <Form.Item<Fields> name="trigger" label={t.responseRules.trigger}>
        <Select
          options={(["event", "event_update", "alert"] as const).map((value) => ({
            value,
            label: t.words.trigger[value],
          }))}
        />
      </Form.Item>
      <Form.Item<Fields> name="priority" label={t.responseRules.priority} tooltip={t.responseRules.priorityHint}>
        <InputNumber min={1} max={10_000} style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item<Fields> name="enabled" label={t.common.enabled} valuePropName="checked">
        <Switch />
      </Form.Item>
    </div>
  );
}

const SILENCES = [0, 300, 3_600, 21_600, 86_400];

function Limits() {
  const t = useText().responseRules;
  return (
    <div className={css.grid}>
      <Form.Item<Fields> name="silence_seconds" label={t.silence} tooltip={t.silenceHint}>
        <DurationSelect presets={SILENCES} />
      </Form.Item>
      <Form.Item<Fields> name="max_targets_per_hour" label={t.maxTargets} tooltip={t.maxTargetsHint}>
        <InputNumber min={1} max={10_000} />
      </Form.Item>
      <Form.Item<Fields> name="expires_at" label={t.expires}>
        <DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" />
      </Form.Item>
    </div>
  );
}
