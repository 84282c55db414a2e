import { PlusOutlined } from "@ant-design/icons";
import { Button, Popconfirm, type TableColumnsType } from "antd";
import { useDeleteWhitelist, useWhitelistFields, useWhitelists } from "../../api/admin";
import { useChangeWhitelist } from "../../api/tuning";
import { useMay } from "../../api/session";
import type { Whitelist as Entry } from "../../api/types";
import { useConditionText } from "../../components/conditionText";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable, whole } from "../../components/PagedTable";
import { Page, PageHead } from "../../components/PageHead";
import { Badge } from "../../components/Status";
import { useTell } from "../../components/useTell";
import { useUrlValue } from "../../filters/useFilters";
import { useText } from "../../i18n/text";
import { WhitelistForm } from "./WhitelistForm";

/** What is known to be harmless, why, since when, and whether it still occurs. */
export default function Whitelist() {
  const t = useText();
  const rows = whole(useWhitelists());
  const [creating, setCreating] = useUrlValue("new");
  const [editing, setEditing] = useUrlValue("edit");
  const edited = rows.items.find((entry) => entry.id === editing);
  const may = useMay("responder");
  const create = may && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating("1")}>
      {t.whitelist.create}
    </Button>
  );
  return (
    <Page>
      <PageHead title={t.whitelist.title} subtitle={t.whitelist.subtitle}>
        {create}
      </PageHead>
      <PagedTable
        rows={rows}
        rowKey={(entry) => entry.id}
        columns={useColumns(setEditing)}
        width={1180}
        empty={<Nothing title={t.whitelist.emptyTitle} hint={t.whitelist.empty} action={create} />}
      />
      {creating !== "" && <WhitelistForm onClose={() => setCreating("")} />}
      {edited && <WhitelistForm key={edited.id} entry={edited} onClose={() => setEditing("")} />}
    </Page>
  );
}

function useColumns(onEdit: (id: string) => void): TableColumnsType<Entry> {
  const t = useText();
  const conditionText = useConditionText(useWhitelistFields().data);
  return [
    {
      title: t.whitelist.scope,
      width: 84,
      render: (_, entry) => <Badge hint={t.whitelist.scopeHint[entry.scope]}>{t.whitelist.scopes[entry.scope]}</Badge>,
    },
    {
      title: t.common.status,
      width: 104,
      render: (_, entry) => (
        <span className="row wrap">
          {entry.paused && <Badge tone="info">{t.whitelist.paused}</Badge>}
          {entry.review.map((hint) => (
            <Badge key={hint} tone="warn" hint={t.whitelist.reviewHint[hint]}>
              {t.whitelist.review[hint]}
            </Badge>
          ))}
        </span>
      ),
    },
    { title: t.whitelist.conditions, width: 300, render: (_, entry) => conditionText(entry.condition) },
    { title: t.common.reason, dataIndex: "reason", width: 180 },
    { title: t.common.owner, dataIndex: "owner", width: 84 },
    {
      title: t.whitelist.hits,
      width: 72,
      align: "right",
      render: (_, entry) => <span className={entry.hits === 0 ? "number muted" : "number"}>{entry.hits}</span>,
    },
    { title: t.whitelist.lastHit, width: 116, render: (_, entry) => <Moment at={entry.last_hit} /> },
    {
      title: t.whitelist.expires,
      width: 116,
      render: (_, entry) => (entry.expires_at ? <Moment at={entry.expires_at} /> : t.whitelist.expiry.never),
    },
    { title: "", width: 180, align: "right", render: (_, entry) => <Actions entry={entry} onEdit={onEdit} /> },
  ];
}

function Actions({ entry, onEdit }: { entry: Entry; onEdit: (id: string) => void }) {
  const t = useText();
  const tell = useTell();
  const remove = useDeleteWhitelist();
  const change = useChangeWhitelist();
  const may = useMay("responder");
  if (!may) return null;
  const { id, version, paused } = entry;
  const onSwitch = () => change.mutate({ id, version, change: { paused: !paused } }, { onError: tell.failed });
  return (
    <>
      <Button type="link" size="small" onClick={() => onEdit(id)}>
        {t.common.edit}
      </Button>
      <Button type="link" size="small" loading={change.isPending} onClick={onSwitch}>
        {paused ? t.whitelist.resume : t.whitelist.pause}
      </Button>
      <Popconfirm title={t.common.deleteSure} onConfirm={() => remove.mutate(id, { onError: tell.failed })}>
        <Button type="link" size="small" danger>
          {t.common.delete}
        </Button>
      </Popconfirm>
    </>
  );
}
