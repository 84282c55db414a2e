import { Button, Drawer, Popconfirm, type TableColumnsType } from "antd";
import { Link } from "react-router";
import { useMay } from "../../api/session";
import { ingestUrl, useDeadLetters, useDeleteSource } from "../../api/sources";
import type { DeadLetter, Source } from "../../api/types";
import { to } from "../../app/paths";
import { CodeBlock, Identifier } from "../../components/Copy";
import { Facts } from "../../components/Facts";
import { Moment } from "../../components/Moment";
import { PagedTable } from "../../components/PagedTable";
import { Status, toneOf } from "../../components/Status";
import { useTell } from "../../components/useTell";
import { useLocal, useText } from "../../i18n/text";
import { curlLine } from "./prefill";

/** One source: how it is read, what arrived, and what could not be read. */
export function SourceDrawer({ source, onClose }: { source: Source | undefined; onClose: () => void }) {
  const local = useLocal();
  return (
    <Drawer
      open={source !== undefined}
      onClose={onClose}
      size={720}
      title={local(source?.title)}
      extra={source && <Remove id={source.id} onRemoved={onClose} />}
    >
      {source && <Body source={source} />}
    </Drawer>
  );
}

function Body({ source }: { source: Source }) {
  const t = useText();
  const local = useLocal();
  const counts = source.counts_24h;
  const config = Object.entries(source.config).filter(([, value]) => value);
  return (
    <div className="stack">
      <Facts
        facts={[
          [
            t.sources.state,
            <Status key="state" tone={toneOf(source.state)}>
              {t.words.sourceState[source.state]}
            </Status>,
          ],
          [t.sources.lastError, source.last_error && local(source.last_error)],
          [t.sources.lastSeen, <Moment key="seen" at={source.last_seen} full />],
          [t.sources.received, counts.received.toLocaleString()],
          [t.sources.stored, counts.stored.toLocaleString()],
          [t.sources.duplicate, counts.duplicate.toLocaleString()],
          [t.sources.rejected, counts.rejected.toLocaleString()],
          [t.sources.deadLetter, counts.dead_letter.toLocaleString()],
          [t.sources.timeZone, source.time_zone],
          [
            t.sources.config,
            config.length > 0 &&
              config.map(([name, value]) => (
                <div key={name} className="mono">
                  {name} = {String(value)}
                </div>
              )),
          ],
          [t.common.id, <Identifier key="id" id={source.id} />],
        ]}
      />
      {source.method === "push" && (
        <CodeBlock text={curlLine(ingestUrl(source.product), "TOKEN")} label={t.sources.pushTitle} />
      )}
      <h3 style={{ margin: 0, fontSize: 13 }}>{t.sources.deadLetter}</h3>
      <DeadLetters id={source.id} />
      <div>
        <Link to={to.rules({ product: source.product })}>{t.sources.dependsHint}</Link>
      </div>
    </div>
  );
}

function DeadLetters({ id }: { id: string }) {
  const t = useText();
  const rows = useDeadLetters(id);
  const columns: TableColumnsType<DeadLetter> = [
    { title: t.common.time, width: 120, render: (_, letter) => <Moment at={letter.at} /> },
    {
      title: t.sources.deadReason,
      width: 220,
      render: (_, letter) => (
        <div>
          {letter.reason}
          <div className="muted">{letter.detail}</div>
        </div>
      ),
    },
    { title: t.sources.deadRaw, render: (_, letter) => <span className="mono">{letter.raw_preview}</span> },
  ];
  return (
    <PagedTable
      rows={rows}
      rowKey={(letter) => `${letter.at} ${letter.offset ?? letter.raw_preview}`}
      columns={columns}
      width={560}
      empty={<p className="muted">{t.sources.deadEmpty}</p>}
    />
  );
}

function Remove({ id, onRemoved }: { id: string; onRemoved: () => void }) {
  const t = useText();
  const tell = useTell();
  const remove = useDeleteSource();
  const may = useMay("admin");
  if (!may) return null;
  return (
    <Popconfirm
      title={<div style={{ maxWidth: 280 }}>{t.sources.deleteSure}</div>}
      onConfirm={() => remove.mutate(id, { onSuccess: onRemoved, onError: tell.failed })}
    >
      <Button size="small" danger loading={remove.isPending}>
        {t.common.delete}
      </Button>
    </Popconfirm>
  );
}
