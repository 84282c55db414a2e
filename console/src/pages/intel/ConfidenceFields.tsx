import { Form, InputNumber } from "antd";
import { useText } from "../../i18n/text";

/** How sure a feed is where it does not say, and from where on its word is enough. */
export function ConfidenceFields() {
  const t = useText();
  const required = [{ required: true, message: t.common.required }];
  return (
    <>
      <Form.Item name="default_confidence" label={t.intel.defaultConfidence} rules={required}>
        <InputNumber min={0} max={100} precision={0} />
      </Form.Item>
      <Form.Item name="tag_confidence" label={t.intel.tagConfidence} extra={t.intel.tagHint} rules={required}>
        <InputNumber min={0} max={100} precision={0} />
      </Form.Item>
    </>
  );
}
