import { Button, Popconfirm, type TableColumnsType } from "antd";
import { useRetryTask, useUndoTask } from "../../api/disposal";
import { useMay } from "../../api/session";
import type { Task } from "../../api/types";
import { EntityChip } from "../../components/EntityChip";
import { Countdown, Moment } from "../../components/Moment";
import { Badge, Status, toneOf } from "../../components/Status";
import { useTell } from "../../components/useTell";
import { useLocal, useText, word } from "../../i18n/text";

/** One row per place a policy acts in. */
export function useTaskColumns(withEntity: boolean): TableColumnsType<Task> {
  const t = useText();
  const local = useLocal();
  const columns: TableColumnsType<Task> = [
    {
      title: t.disposal.system,
      width: 120,
      render: (_, task) => (
        <div>
          {task.system}
          <div className="muted">{word(t.words.operation, task.operation)}</div>
        </div>
      ),
    },
    {
      title: t.disposal.scope,
      width: 250,
      render: (_, task) => (
        <div className="mono">
          {task.scope_member.instance}
          <div className="muted">{task.scope_member.account}</div>
        </div>
      ),
    },
    {
      title: t.common.status,
      width: 170,
      render: (_, task) => (
        <span className="row">
          <Status tone={toneOf(task.status)} hint={`${t.common.code} ${task.status_code}`}>
            {word(t.words.task, task.status)}
          </Status>
          {task.drift && (
            <Badge tone="warn" hint={t.disposal.driftHint}>
              {t.disposal.drift}
            </Badge>
          )}
        </span>
      ),
    },
    {
      title: t.disposal.detail,
      render: (_, task) => (
        <div>
          {local(task.detail)}
          <div className="muted">
            {task.remote_id && (
              <>
                {t.disposal.remote} <span className="mono">{task.remote_id}</span>
              </>
            )}
            {task.attempts > 0 && ` · ${t.disposal.attempted(task.attempts)}`}
          </div>
        </div>
      ),
    },
    { title: t.disposal.verified, width: 104, render: (_, task) => <Moment at={task.last_verified} /> },
    {
      title: t.disposal.expiresIn,
      width: 120,
      render: (_, task) =>
        task.expires_at && task.status !== "ended" ? <Countdown until={task.expires_at} /> : <span className="muted">—</span>,
    },
    { title: "", width: 84, align: "right", render: (_, task) => <TaskActions task={task} /> },
  ];
  const entity = { title: t.common.entity, width: 160, render: (_: unknown, task: Task) => <EntityChip entity={task.entity} /> };
  return withEntity ? [entity, ...columns] : columns;
}

const RETRYABLE = new Set(["failed", "unblock_failed", "unisolate_failed"]);
const UNDOABLE = new Set(["blocked", "isolated"]);

function TaskActions({ task }: { task: Task }) {
  const t = useText().disposal;
  const tell = useTell();
  const undo = useUndoTask();
  const retry = useRetryTask();
  const may = useMay("responder");
  if (!may) return null;
  if (RETRYABLE.has(task.status)) {
    return (
      <Button
        size="small"
        loading={retry.isPending}
        onClick={() => retry.mutate(task.id, { onSuccess: () => tell.done(t.retried), onError: tell.failed })}
      >
        {t.retry}
      </Button>
    );
  }
  if (!UNDOABLE.has(task.status)) return null;
  return (
    <Popconfirm
      title={<div style={{ maxWidth: 300 }}>{t.undoSure}</div>}
      onConfirm={() => undo.mutate(task.id, { onSuccess: () => tell.done(t.undone), onError: tell.failed })}
    >
      <Button size="small" danger loading={undo.isPending}>
        {t.undo}
      </Button>
    </Popconfirm>
  );
}
