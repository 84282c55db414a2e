import { Alert, Modal } from "antd";
import { useState } from "react";
import { useRespond } from "../../api/events";
import type { Recommendation, ScopeMember } from "../../api/types";
import { Failure } from "../../components/Failure";
import { useTell } from "../../components/useTell";
import { formatDuration } from "../../format/duration";
import { useText, word } from "../../i18n/text";
import { randomUuid } from "../../text/random";
import css from "./ActionsTab.module.css";

export interface Choice {
  row: Recommendation;
  chosen: boolean;
  seconds: number;
  scope: ScopeMember[];
}

interface Props {
  event: string;
  choices: Choice[];
  onClose: () => void;
  onStarted: () => void;
}

/** Says in full sentences what is about to happen, and does it once. */
export function RespondDialog({ event, choices, onClose, onStarted }: Props) {
  const t = useText();
  const tell = useTell();
  const respond = useRespond(event);
  const [key] = useState(randomUuid);
  const send = () =>
    respond.mutate(
      {
        key,
        items: choices.map(({ row, seconds, scope }) => ({
          entity: { type: row.entity.type, value: row.entity.value },
          playbook_id: row.playbook.id,
          scope,
          duration_seconds: seconds,
        })),
      },
      {
        onSuccess: ({ runs }) => {
          tell.done(t.event.started(runs.length));
          onStarted();
          onClose();
        },
      },
    );
  return (
    <Modal
      open
      title={t.event.confirmTitle}
      okText={t.event.respond}
      cancelText={t.common.cancel}
      confirmLoading={respond.isPending}
      onOk={send}
      onCancel={onClose}
    >
      <ul className={css.confirm}>
        {choices.map(({ row, seconds, scope }) => (
          <li key={`${row.entity.value} ${row.playbook.id}`}>
            {t.event.confirmLine(
              word(t.words.operation, row.operation),
              row.entity.value,
              formatDuration(seconds, t.words.duration),
              scope.length,
            )}
          </li>
        ))}
      </ul>
      {choices.some(({ row }) => row.requests_24h > 0) && (
        <Alert type="warning" showIcon title={t.event.confirmWarn} style={{ marginBottom: 12 }} />
      )}
      <p className="muted">{t.event.confirmUndo}</p>
      {respond.error && <Failure error={respond.error} />}
    </Modal>
  );
}
