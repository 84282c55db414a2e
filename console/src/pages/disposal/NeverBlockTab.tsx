import { Button, Form, Input, Popconfirm, type TableColumnsType } from "antd";
import { useAddNeverBlock, useDeleteNeverBlock, useNeverBlock } from "../../api/disposal";
import { useMay } from "../../api/session";
import type { NeverBlock } from "../../api/types";
import { Failure } from "../../components/Failure";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable, whole } from "../../components/PagedTable";
import { Badge } from "../../components/Status";
import { useTell } from "../../components/useTell";
import { useText } from "../../i18n/text";
import css from "./Disposal.module.css";

/** Who is never blocked, whatever a rule or a person asks. */
export function NeverBlockTab() {
  const t = useText();
  const rows = whole(useNeverBlock());
  const may = useMay("responder");
  const columns: TableColumnsType<NeverBlock> = [
    {
      title: t.disposal.neverValue,
      width: 260,
      render: (_, entry) => (
        <span className="row">
          <span className="mono">{entry.value}</span>
          {entry.builtin && <Badge>{t.disposal.neverBuiltin}</Badge>}
        </span>
      ),
    },
    { title: t.disposal.neverReason, dataIndex: "reason" },
    { title: t.disposal.neverBy, dataIndex: "by", width: 140 },
    { title: t.common.created, width: 120, render: (_, entry) => <Moment at={entry.created_at} /> },
    {
      title: "",
      width: 90,
      align: "right",
      render: (_, entry) => !entry.builtin && may && <Remove id={entry.id} />,
    },
  ];
  return (
    <>
      <p className="muted" style={{ margin: "10px 0" }}>
        {t.disposal.neverHint}
      </p>
      {may && <AddEntry />}
      <PagedTable
        rows={rows}
        rowKey={(entry) => entry.id}
        columns={columns}
        width={760}
        empty={<Nothing title={t.common.none} />}
      />
    </>
  );
}

function AddEntry() {
  const t = useText();
  const [form] = Form.useForm<{ value: string; reason: string }>();
  const add = useAddNeverBlock();
  const required = [{ required: true, message: t.common.required }];
  return (
    <Form
      form={form}
      className={css.add ?? ""}
      onFinish={(entry) => add.mutate(entry, { onSuccess: () => form.resetFields() })}
    >
      <Form.Item name="value" noStyle rules={required}>
        <Input
          style={{ width: 320 }}
          aria-label={t.disposal.neverValue}
          placeholder={t.disposal.neverValueHint}
        />
      </Form.Item>
      <Form.Item name="reason" noStyle rules={required}>
        <Input style={{ width: 320 }} aria-label={t.disposal.neverReason} placeholder={t.disposal.neverReason} />
      </Form.Item>
      <Button htmlType="submit" type="primary" loading={add.isPending}>
        {t.disposal.neverAdd}
      </Button>
      {add.error && <Failure error={add.error} />}
    </Form>
  );
}

function Remove({ id }: { id: string }) {
  const t = useText().common;
  const tell = useTell();
  const remove = useDeleteNeverBlock();
  return (
    <Popconfirm title={t.deleteSure} onConfirm={() => remove.mutate(id, { onError: tell.failed })}>
      <Button type="link" size="small" danger>
        {t.delete}
      </Button>
    </Popconfirm>
  );
}
