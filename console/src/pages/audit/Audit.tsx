import type { TableColumnsType } from "antd";
import { useAudit } from "../../api/admin";
import type { AuditEntry } from "../../api/types";
import { CodeBlock } from "../../components/Copy";
import { Facts } from "../../components/Facts";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable } from "../../components/PagedTable";
import { Page, PageHead } from "../../components/PageHead";
import { useText } from "../../i18n/text";

const pretty = (value: unknown) =>
  value === null || value === undefined ? null : <CodeBlock text={JSON.stringify(value, null, 2)} />;

/** Who changed what; a row opens on what it was before and after. */
export default function Audit() {
  const t = useText();
  const columns: TableColumnsType<AuditEntry> = [
    {
      title: "#",
      width: 76,
      align: "right",
      render: (_, entry) => <span className="number muted">{entry.seq}</span>,
    },
    { title: t.common.time, width: 150, render: (_, entry) => <Moment at={entry.at} /> },
    { title: t.audit.actor, width: 160, dataIndex: "actor" },
    { title: t.audit.action, width: 220, render: (_, entry) => <span className="mono">{entry.action}</span> },
    { title: t.audit.object, render: (_, entry) => <span className="mono">{entry.object}</span> },
  ];
  return (
    <Page>
      <PageHead title={t.audit.title} subtitle={t.audit.subtitle} />
      <PagedTable
        rows={useAudit()}
        rowKey={(entry) => String(entry.seq)}
        columns={columns}
        empty={<Nothing title={t.audit.emptyTitle} hint={t.audit.empty} />}
        expandable={{
          columnWidth: 36,
          expandRowByClick: true,
          expandedRowRender: (entry) => (
            <Facts
              facts={[
                [t.audit.before, pretty(entry.before)],
                [t.audit.after, pretty(entry.after)],
                [t.audit.hash, <span key="hash" className="mono">{entry.hash}</span>],
              ]}
            />
          ),
        }}
      />
    </Page>
  );
}
