import { Modal } from "antd";
import { useEffect } from "react";
import type { EventStatus } from "../../api/types";
import { Status, toneOf } from "../../components/Status";
import { useText } from "../../i18n/text";
import { STATUSES } from "./filters";
import css from "./EventQueue.module.css";

interface Props {
  count: number;
  onPick: (status: EventStatus) => void;
  onClose: () => void;
}

/** Sets a status with one more key: 1 to 4. */
export function StatusDialog({ count, onPick, onClose }: Props) {
  const t = useText();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const status = STATUSES[Number(event.key) - 1];
      if (!status) return;
      event.preventDefault();
      onPick(status);
      onClose();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
  return (
    <Modal open title={t.events.setStatusOf(count)} footer={null} onCancel={onClose} width={360}>
      <div className={css.choices}>
        {STATUSES.map((status, index) => (
          <button
            key={status}
            type="button"
            className={css.choice}
            onClick={() => {
              onPick(status);
              onClose();
            }}
          >
            <Status tone={toneOf(status)}>{t.words.status[status]}</Status>
            <kbd>{index + 1}</kbd>
          </button>
        ))}
      </div>
    </Modal>
  );
}
