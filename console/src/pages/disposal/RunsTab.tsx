import { Table, type TableColumnsType } from "antd";
import { Link } from "react-router";
import { useRun, useRuns } from "../../api/response";
import type { Run, RunStep } from "../../api/types";
import { to } from "../../app/paths";
import { CodeBlock } from "../../components/Copy";
import { EntityChip } from "../../components/EntityChip";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable } from "../../components/PagedTable";
import { Status, toneOf } from "../../components/Status";
import { useLocal, useText, word } from "../../i18n/text";

/** Every execution of a playbook, step by step. */
export function RunsTab() {
  const t = useText();
  const local = useLocal();
  const rows = useRuns({});
  const columns: TableColumnsType<Run> = [
    { title: t.disposal.playbook, render: (_, run) => local(run.playbook.name) },
    {
      title: t.common.entity,
      width: 200,
      render: (_, run) => (run.entity ? <EntityChip entity={run.entity} /> : <span className="muted">—</span>),
    },
    { title: t.disposal.source, width: 140, render: (_, run) => word(t.words.policySource, run.trigger) },
    {
      title: t.disposal.event,
      width: 160,
      render: (_, run) =>
        run.event && (
          <Link to={to.event(run.event)} className="mono">
            {run.event.slice(0, 12)}…
          </Link>
        ),
    },
    {
      title: t.disposal.state,
      width: 130,
      render: (_, run) => (
        <Status tone={toneOf(run.state)} hint={run.error}>
          {t.words.handling[run.state]}
        </Status>
      ),
    },
    { title: t.disposal.started, width: 120, render: (_, run) => <Moment at={run.started} /> },
    { title: t.disposal.finished, width: 120, render: (_, run) => <Moment at={run.finished} /> },
  ];
  return (
    <div style={{ marginTop: 10 }}>
      <PagedTable
        rows={rows}
        rowKey={(run) => run.id}
        columns={columns}
        empty={<Nothing title={t.disposal.runEmpty} hint={t.disposal.runEmptyHint} />}
        expandable={{ columnWidth: 36, expandRowByClick: true, expandedRowRender: (run) => <Steps id={run.id} /> }}
      />
    </div>
  );
}

const pretty = (value: unknown) => JSON.stringify(value, null, 2);

function Steps({ id }: { id: string }) {
  const t = useText();
  const local = useLocal();
  const run = useRun(id);
  if (run.error) return <Failure error={run.error} onRetry={() => void run.refetch()} />;
  if (!run.data) return <Loading />;
  const columns: TableColumnsType<RunStep> = [
    { title: t.disposal.step, render: (_, step) => local(step.name) },
    {
      title: t.disposal.state,
      width: 130,
      render: (_, step) => <Status tone={toneOf(step.state)}>{word(t.words.handling, step.state)}</Status>,
    },
    { title: t.disposal.attempts, dataIndex: "attempt", width: 90, align: "right" },
    { title: t.disposal.started, width: 120, render: (_, step) => <Moment at={step.started} /> },
    { title: t.disposal.finished, width: 120, render: (_, step) => <Moment at={step.finished} /> },
  ];
  return (
    <Table
      size="small"
      pagination={false}
      rowKey={(step) => `${step.step} ${step.attempt}`}
      columns={columns}
      dataSource={run.data.steps ?? []}
      locale={{ emptyText: t.disposal.noSteps }}
      expandable={{
        expandedRowRender: (step) => (
          <Facts
            facts={[
              [t.disposal.error, step.error],
              [t.disposal.input, <CodeBlock key="input" text={pretty(step.input)} />],
              [t.disposal.output, <CodeBlock key="output" text={pretty(step.output)} />],
            ]}
          />
        ),
      }}
    />
  );
}
