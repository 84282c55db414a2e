import { PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { Button, Popconfirm, Switch, type TableColumnsType } from "antd";
import { useState } from "react";
import { useChangeIntelFeed, useDeleteIntelFeed, useIntelFeeds, useRefreshIntelFeed } from "../../api/intel";
import { useMay } from "../../api/session";
import type { IntelFeed } from "../../api/types";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable, whole } from "../../components/PagedTable";
import { Page, PageHead } from "../../components/PageHead";
import { Status } from "../../components/Status";
import { useTell } from "../../components/useTell";
import { useText } from "../../i18n/text";
import { FeedDialog } from "./FeedDialog";
import { FeedReport } from "./FeedReport";
import { LookUp } from "./LookUp";
import { state } from "./state";
import { UploadDialog } from "./UploadDialog";

type Open = { dialog: "" | "create" | "upload" } | { dialog: "edit"; feed: IntelFeed };

/** Feeds of threat intelligence, how they are doing, and what they know. */
export default function Intel() {
  const t = useText();
  const may = useMay("admin");
  const rows = whole(useIntelFeeds());
  const [open, setOpen] = useState<Open>({ dialog: "" });
  const close = () => setOpen({ dialog: "" });
  const columns: TableColumnsType<IntelFeed> = [
    { title: t.common.name, dataIndex: "name", width: 180 },
    { title: t.intel.kind, width: 118, render: (_, feed) => t.intel.kinds[feed.kind] },
    { title: t.common.status, width: 118, render: (_, feed) => <State feed={feed} /> },
    {
      title: t.intel.indicators,
      width: 92,
      align: "right",
      render: (_, feed) => <span className="number">{feed.indicators.toLocaleString()}</span>,
    },
    {
      title: t.intel.problems,
      width: 84,
      align: "right",
      render: (_, feed) => <span className="number">{feed.problems.toLocaleString()}</span>,
    },
    { title: t.intel.lastGood, width: 104, render: (_, feed) => <Moment at={feed.last_good ?? null} /> },
    { title: t.common.enabled, width: 72, render: (_, feed) => <Enabled feed={feed} may={may} /> },
    {
      title: "",
      width: 190,
      align: "right",
      render: (_, feed) => may && <Actions feed={feed} onEdit={() => setOpen({ dialog: "edit", feed })} />,
    },
  ];
  return (
    <Page>
      <PageHead title={t.intel.title} subtitle={t.intel.subtitle}>
        {may && (
          <>
            <Button icon={<UploadOutlined />} onClick={() => setOpen({ dialog: "upload" })}>
              {t.intel.upload}
            </Button>
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen({ dialog: "create" })}>
              {t.intel.add}
            </Button>
          </>
        )}
      </PageHead>
      <div className="stack">
        <PagedTable
          rows={rows}
          rowKey={(feed) => feed.id}
          columns={columns}
          width={1000}
          expandable={{ expandedRowRender: (feed) => <FeedReport feed={feed} />, columnWidth: 36 }}
          empty={<Nothing title={t.intel.empty} hint={t.intel.emptyHint} />}
        />
        <LookUp />
      </div>
      {open.dialog === "create" && <FeedDialog onClose={close} />}
      {open.dialog === "edit" && <FeedDialog feed={open.feed} onClose={close} />}
      {open.dialog === "upload" && <UploadDialog onClose={close} />}
    </Page>
  );
}

function State({ feed }: { feed: IntelFeed }) {
  const t = useText().intel;
  const { code, tone } = state(feed);
  return (
    <Status tone={tone} hint={feed.last_error}>
      {t.states[code]}
    </Status>
  );
}

function Enabled({ feed, may }: { feed: IntelFeed; may: boolean }) {
  const t = useText().common;
  const tell = useTell();
  const change = useChangeIntelFeed();
  return (
    <Switch
      size="small"
      disabled={!may}
      loading={change.isPending}
      checked={feed.enabled}
      aria-label={`${t.enabled}: ${feed.name}`}
      onChange={(enabled) => change.mutate({ id: feed.id, enabled }, { onError: tell.failed })}
    />
  );
}

function Actions({ feed, onEdit }: { feed: IntelFeed; onEdit: () => void }) {
  const t = useText();
  const tell = useTell();
  const refresh = useRefreshIntelFeed();
  const remove = useDeleteIntelFeed();
  return (
    <>
      {feed.fetched && (
        <Button
          type="link"
          size="small"
          disabled={feed.refreshing}
          onClick={() =>
            refresh.mutate(feed.id, { onSuccess: () => tell.done(t.intel.asked), onError: tell.failed })
          }
        >
          {t.intel.refresh}
        </Button>
      )}
      <Button type="link" size="small" onClick={onEdit}>
        {t.common.edit}
      </Button>
      <Popconfirm title={t.common.deleteSure} onConfirm={() => remove.mutate(feed.id, { onError: tell.failed })}>
        <Button type="link" size="small" danger>
          {t.common.delete}
        </Button>
      </Popconfirm>
    </>
  );
}
