import { PlusOutlined } from "@ant-design/icons";
import { Button, Drawer, Popconfirm, type TableColumnsType } from "antd";
import { useState } from "react";
import { useConnections, useDeleteConnection } from "../../api/sources";
import type { Connection } from "../../api/types";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable, whole } from "../../components/PagedTable";
import { useTell } from "../../components/useTell";
import { useText, word } from "../../i18n/text";
import { ConnectionForm } from "./ConnectionForm";
import css from "./Sources.module.css";

/** The keys with which logs are read and blocks are set; secrets are never shown. */
export function ConnectionsTab() {
  const t = useText();
  const rows = whole(useConnections());
  const [creating, setCreating] = useState(false);
  const columns: TableColumnsType<Connection> = [
    { title: t.sources.connectionName, dataIndex: "name" },
    { title: t.common.provider, width: 140, render: (_, row) => word(t.words.provider, row.provider) },
    { title: t.sources.accountId, width: 200, render: (_, row) => <span className="mono">{row.account}</span> },
    { title: t.sources.region, width: 140, dataIndex: "region" },
    { title: t.sources.accessKeyId, width: 240, render: (_, row) => <span className="mono">{row.access_key_id}</span> },
    { title: t.common.created, width: 120, render: (_, row) => <Moment at={row.created_at} /> },
    { title: "", width: 90, align: "right", render: (_, row) => <Remove id={row.id} /> },
  ];
  const create = (
    <Button icon={<PlusOutlined />} onClick={() => setCreating(true)}>
      {t.sources.newConnection}
    </Button>
  );
  return (
    <>
      <div className={css.line}>{create}</div>
      <PagedTable
        rows={rows}
        rowKey={(row) => row.id}
        columns={columns}
        empty={<Nothing title={t.sources.connectionEmpty} hint={t.sources.connectionEmptyHint} />}
      />
      <Drawer open={creating} onClose={() => setCreating(false)} size={920} title={t.sources.newConnection} destroyOnHidden>
        <ConnectionForm onCreated={() => setCreating(false)} />
      </Drawer>
    </>
  );
}

function Remove({ id }: { id: string }) {
  const t = useText().common;
  const tell = useTell();
  const remove = useDeleteConnection();
  return (
    <Popconfirm title={t.deleteSure} onConfirm={() => remove.mutate(id, { onError: tell.failed })}>
      <Button type="link" size="small" danger>
        {t.delete}
      </Button>
    </Popconfirm>
  );
}
