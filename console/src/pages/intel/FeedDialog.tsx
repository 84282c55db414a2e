import { Form, Input, InputNumber, Modal, Select } from "antd";
import { useChangeIntelFeed, useCreateIntelFeed } from "../../api/intel";
import type { IntelCredentials, IntelFeed, IntelFeedKind } from "../../api/types";
import { Failure } from "../../components/Failure";
import { useTell } from "../../components/useTell";
import { useText } from "../../i18n/text";
import { ConfidenceFields } from "./ConfidenceFields";
import { created, filled, read, type Fields } from "./fields";

const KINDS: IntelFeedKind[] = ["taxii", "misp_feed", "stix", "misp", "list"];
const CREDENTIALS: IntelCredentials[] = ["none", "basic", "bearer", "header"];

/** Sets a feed up, or changes it. What it is and whether it has an address stays as it was. */
export function FeedDialog({ feed, onClose }: { feed?: IntelFeed; onClose: () => void }) {
  const t = useText();
  const tell = useTell();
  const create = useCreateIntelFeed();
  const change = useChangeIntelFeed();
  const [form] = Form.useForm<Fields>();
  const kind = (Form.useWatch("kind", form) as IntelFeedKind | undefined) ?? feed?.kind ?? "taxii";
  const credentials = (Form.useWatch("credentials", form) as IntelCredentials | undefined) ?? "none";
  const place = (Form.useWatch("place", form) as Fields["place"] | undefined) ?? (feed?.path ? "path" : "url");
  const required = [{ required: true, message: t.common.required }];
  const overHttp = kind === "taxii" || kind === "misp_feed";
  const done = {
    onSuccess: () => {
      tell.done(t.intel.saved);
      onClose();
    },
  };
  const send = (fields: Fields) =>
    feed
      ? change.mutate({ id: feed.id, ...read(fields, feed) }, done)
      : create.mutate(created(fields), done);
  const error = create.error ?? change.error;
  return (
    <Modal
      open
      width={620}
      title={feed ? feed.name : t.intel.add}
      okText={t.common.save}
      cancelText={t.common.cancel}
      confirmLoading={create.isPending || change.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<Fields> form={form} layout="vertical" requiredMark={false} initialValues={filled(feed)} onFinish={send}>
        <Form.Item<Fields> name="name" label={t.common.name} rules={required}>
          <Input autoFocus autoComplete="off" />
        </Form.Item>
        <Form.Item<Fields> name="kind" label={t.intel.kind} extra={t.intel.kindHints[kind]}>
          <Select disabled={feed !== undefined} options={KINDS.map((value) => ({ value, label: t.intel.kinds[value] }))} />
        </Form.Item>
        {!feed && !overHttp && (
          <Form.Item<Fields> name="place" label={t.intel.place}>
            <Select options={(["url", "path"] as const).map((value) => ({ value, label: t.intel[value] }))} />
          </Form.Item>
        )}
        {feed?.fetched !== false && (overHttp || place === "url") && (
          <>
            <Form.Item<Fields> name="url" label={t.intel.url} rules={required}>
              <Input className="mono" placeholder="https://" autoComplete="off" />
            </Form.Item>
            <Form.Item<Fields> name="credentials" label={t.intel.credentials}>
              <Select options={CREDENTIALS.map((value) => ({ value, label: t.intel.credentialKinds[value] }))} />
            </Form.Item>
            {(credentials === "basic" || credentials === "header") && (
              <Form.Item<Fields>
                name="user"
                label={credentials === "basic" ? t.session.username : t.intel.header}
                rules={required}
              >
                <Input className="mono" autoComplete="off" />
              </Form.Item>
            )}
            {credentials !== "none" && (
              <Form.Item<Fields>
                name="secret"
                label={t.intel.secret}
                extra={feed?.has_secret ? t.intel.secretKept : t.intel.secretHint}
                rules={feed?.has_secret ? [] : required}
              >
                <Input.Password autoComplete="new-password" />
              </Form.Item>
            )}
          </>
        )}
        {feed?.fetched !== false && !overHttp && place === "path" && (
          <Form.Item<Fields> name="path" label={t.intel.path} extra={t.intel.pathHint} rules={required}>
            <Input className="mono" autoComplete="off" />
          </Form.Item>
        )}
        {kind === "taxii" && (
          <Form.Item<Fields> name="collection" label={t.intel.collection} extra={t.intel.collectionHint}>
            <Input autoComplete="off" />
          </Form.Item>
        )}
        {kind === "list" && (
          <Form.Item<Fields> name="column" label={t.intel.column} extra={t.intel.columnHint}>
            <Input autoComplete="off" />
          </Form.Item>
        )}
        {feed?.fetched !== false && (
          <Form.Item<Fields> name="interval_minutes" label={t.intel.interval} rules={required}>
            <InputNumber min={5} max={43_200} />
          </Form.Item>
        )}
        <ConfidenceFields />
      </Form>
      {error && <Failure error={error} />}
    </Modal>
  );
}
