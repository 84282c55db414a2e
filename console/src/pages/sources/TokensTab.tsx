import { Alert, Button, Input, Popconfirm, type TableColumnsType } from "antd";
import { useState } from "react";
import { useCreateToken, useDeleteToken, useTokens } from "../../api/sources";
import type { IngestToken } from "../../api/types";
import { CodeBlock } from "../../components/Copy";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable, whole } from "../../components/PagedTable";
import { useTell } from "../../components/useTell";
import { useText } from "../../i18n/text";
import css from "./Sources.module.css";

/** Tokens for programs that push logs. */
export function TokensTab() {
  const t = useText();
  const rows = whole(useTokens());
  const columns: TableColumnsType<IngestToken> = [
    { title: t.sources.tokenName, dataIndex: "name" },
    { title: t.sources.createdBy, width: 160, dataIndex: "created_by" },
    { title: t.common.created, width: 160, render: (_, token) => <Moment at={token.created_at} /> },
    { title: "", width: 90, align: "right", render: (_, token) => <Revoke id={token.id} /> },
  ];
  return (
    <>
      <NewToken />
      <PagedTable
        rows={rows}
        rowKey={(token) => token.id}
        columns={columns}
        width={560}
        empty={<Nothing title={t.sources.tokenEmpty} hint={t.sources.tokenEmptyHint} />}
      />
    </>
  );
}

function Revoke({ id }: { id: string }) {
  const t = useText();
  const tell = useTell();
  const remove = useDeleteToken();
  return (
    <Popconfirm title={t.common.deleteSure} onConfirm={() => remove.mutate(id, { onError: tell.failed })}>
      <Button type="link" size="small" danger>
        {t.common.delete}
      </Button>
    </Popconfirm>
  );
}

/** Makes a token and shows it, this once. */
export function NewToken({ onCreated }: { onCreated?: (token: string) => void }) {
  const t = useText();
  const tell = useTell();
  const create = useCreateToken();
  const [name, setName] = useState("");
  const send = () =>
    create.mutate(name.trim(), {
      onError: tell.failed,
      onSuccess: ({ token }) => {
        setName("");
        if (token) onCreated?.(token);
      },
    });
  return (
    <>
      <div className={css.line}>
        <Input
          style={{ width: 260 }}
          value={name}
          placeholder={t.sources.tokenName}
          aria-label={t.sources.tokenName}
          onChange={(event) => setName(event.target.value)}
          onPressEnter={() => name.trim() !== "" && send()}
        />
        <Button disabled={name.trim() === ""} loading={create.isPending} onClick={send}>
          {t.sources.createToken}
        </Button>
      </div>
      {create.data?.token && (
        <div className="stack" style={{ marginBottom: 12 }}>
          <Alert type="warning" showIcon title={t.sources.tokenOnce} />
          <CodeBlock text={create.data.token} label={t.sources.pushToken} />
        </div>
      )}
    </>
  );
}
