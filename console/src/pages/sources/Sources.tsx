import { PlusOutlined } from "@ant-design/icons";
import { Button, Switch, Tabs, type TableColumnsType } from "antd";
import { Link } from "react-router";
import { useMay } from "../../api/session";
import { useChangeSource, useSources } from "../../api/sources";
import type { Source } from "../../api/types";
import { to } from "../../app/paths";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable, whole } from "../../components/PagedTable";
import { Page, PageHead } from "../../components/PageHead";
import { Status, toneOf } from "../../components/Status";
import { useTell } from "../../components/useTell";
import { useUrlValue } from "../../filters/useFilters";
import { formatBytes } from "../../format/size";
import { useLocal, useText } from "../../i18n/text";
import { ConnectionsTab } from "./ConnectionsTab";
import { SourceDrawer } from "./SourceDrawer";
import { TokensTab } from "./TokensTab";

/** Where logs come from, and whether they still do. */
export default function Sources() {
  const t = useText();
  const [tab, setTab] = useUrlValue("tab");
  const may = useMay("admin");
  return (
    <Page>
      <PageHead title={t.sources.title}>
        {may && (
          <Link to={to.sourceNew()}>
            <Button type="primary" icon={<PlusOutlined />}>
              {t.sources.add}
            </Button>
          </Link>
        )}
      </PageHead>
      <Tabs
        activeKey={tab || "sources"}
        onChange={(key) => setTab(key === "sources" ? "" : key)}
        destroyOnHidden
        items={[
          { key: "sources", label: t.sources.tabs.sources, children: <SourceList /> },
          ...(may
            ? [
                { key: "connections", label: t.sources.tabs.connections, children: <ConnectionsTab /> },
                { key: "tokens", label: t.sources.tabs.tokens, children: <TokensTab /> },
              ]
            : []),
        ]}
      />
    </Page>
  );
}

function SourceList() {
  const t = useText();
  const sources = useSources();
  const [open, setOpen] = useUrlValue("source");
  return (
    <div style={{ marginTop: 12 }}>
      <PagedTable
        rows={whole(sources)}
        rowKey={(source) => source.id}
        columns={useColumns()}
        width={1160}
        currentId={open}
        onOpen={(source) => setOpen(source.id)}
        empty={
          <Nothing
            title={t.sources.emptyTitle}
            hint={t.sources.empty}
            action={
              <Link to={to.sourceNew()}>
                <Button type="primary">{t.sources.add}</Button>
              </Link>
            }
          />
        }
      />
      <SourceDrawer source={sources.data?.find((source) => source.id === open)} onClose={() => setOpen("")} />
    </div>
  );
}

function useColumns(): TableColumnsType<Source> {
  const t = useText();
  const local = useLocal();
  const count = (value: number, bad = false) => (
    <span className={value === 0 ? "number muted" : "number"} style={bad && value > 0 ? { color: "var(--bad)" } : undefined}>
      {value.toLocaleString()}
    </span>
  );
  return [
    {
      title: t.sources.product,
      render: (_, source) => (
        <div>
          <div style={{ fontWeight: 500 }}>{local(source.title)}</div>
          <div className="mono muted">{source.product}</div>
        </div>
      ),
    },
    { title: t.sources.account, width: 170, render: (_, source) => <span className="mono">{source.account ?? "—"}</span> },
    { title: t.sources.method, width: 160, render: (_, source) => t.words.sourceMethod[source.method] },
    {
      title: t.sources.state,
      width: 160,
      render: (_, source) => (
        <Status tone={source.enabled ? toneOf(source.state) : "idle"} hint={local(source.last_error)}>
          {t.words.sourceState[source.state]}
        </Status>
      ),
    },
    { title: t.sources.lastSeen, width: 120, render: (_, source) => <Moment at={source.last_seen} /> },
    { title: t.sources.received, width: 110, align: "right", render: (_, source) => count(source.counts_24h.received) },
    { title: t.sources.deadLetter, width: 100, align: "right", render: (_, source) => count(source.counts_24h.dead_letter, true) },
    {
      title: t.sources.volume,
      width: 110,
      align: "right",
      render: (_, source) => <span className="number">{formatBytes(source.counts_24h.bytes)}</span>,
    },
    { title: t.sources.enabled, width: 84, align: "right", render: (_, source) => <EnabledSwitch source={source} /> },
  ];
}

function EnabledSwitch({ source }: { source: Source }) {
  const t = useText().sources;
  const local = useLocal();
  const tell = useTell();
  const change = useChangeSource();
  const may = useMay("admin");
  return (
    <span onClick={(event) => event.stopPropagation()} role="presentation">
      <Switch
        size="small"
        checked={source.enabled}
        loading={change.isPending}
        disabled={!may}
        aria-label={`${t.enabled}: ${local(source.title)}`}
        onChange={(enabled) => change.mutate({ id: source.id, enabled }, { onError: tell.failed })}
      />
    </span>
  );
}
