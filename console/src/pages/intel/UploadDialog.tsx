import { UploadOutlined } from "@ant-design/icons";
import { Button, Form, Input, Modal, Select, Upload } from "antd";
import { useUploadIntelFeed } from "../../api/intel";
import type { IntelUpload } from "../../api/types";
import { Failure } from "../../components/Failure";
import { useTell } from "../../components/useTell";
import { useText } from "../../i18n/text";
import { ConfidenceFields } from "./ConfidenceFields";
import { layoutOf } from "./fields";

interface Fields extends Pick<IntelUpload, "name" | "kind" | "text"> {
  column?: string;
  default_confidence: number;
  tag_confidence: number;
}

const KINDS = ["list", "stix", "misp"] as const;

/** Takes a feed as a text, typed or from a file. One of the same name is replaced. */
export function UploadDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const tell = useTell();
  const upload = useUploadIntelFeed();
  const [form] = Form.useForm<Fields>();
  const kind = (Form.useWatch("kind", form) as Fields["kind"] | undefined) ?? "list";
  const required = [{ required: true, message: t.common.required }];
  const take = async (file: File) => {
    form.setFieldValue("text", await file.text());
    if (!form.getFieldValue("name")) form.setFieldValue("name", file.name);
  };
  const send = ({ column, ...fields }: Fields) =>
    upload.mutate(
      { ...fields, ...(fields.kind === "list" && { layout: layoutOf(column) }) },
      {
        onSuccess: (feed) => {
          tell.done(t.intel.uploaded(feed.indicators.toLocaleString()));
          onClose();
        },
      },
    );
  return (
    <Modal
      open
      width={620}
      title={t.intel.upload}
      okText={t.intel.upload}
      cancelText={t.common.cancel}
      confirmLoading={upload.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ kind: "list", default_confidence: 75, tag_confidence: 70 }}
        onFinish={send}
      >
        <Form.Item<Fields> name="name" label={t.common.name} extra={t.intel.uploadName} rules={required}>
          <Input autoFocus autoComplete="off" />
        </Form.Item>
        <Form.Item<Fields> name="kind" label={t.intel.kind}>
          <Select options={KINDS.map((value) => ({ value, label: t.intel.kinds[value] }))} />
        </Form.Item>
        {kind === "list" && (
          <Form.Item<Fields> name="column" label={t.intel.column} extra={t.intel.columnHint}>
            <Input autoComplete="off" />
          </Form.Item>
        )}
        <Form.Item>
          <Upload
            maxCount={1}
            showUploadList={false}
            beforeUpload={(file: File) => {
              void take(file);
              return false;
            }}
          >
            <Button icon={<UploadOutlined />}>{t.intel.chooseFile}</Button>
          </Upload>
        </Form.Item>
        <Form.Item<Fields> name="text" label={t.intel.text} rules={required}>
          <Input.TextArea rows={8} className="mono" spellCheck={false} />
        </Form.Item>
        <ConfidenceFields />
      </Form>
      {upload.error && <Failure error={upload.error} />}
    </Modal>
  );
}
