import { Input, Modal } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { useEvent } from "../../api/events";
import { useSplit } from "../../api/graph";
import type { GraphEdge } from "../../api/types";
import { to } from "../../app/paths";
import { Failure } from "../../components/Failure";
import { useTell } from "../../components/useTell";
import { useLocal, useText } from "../../i18n/text";

interface Props {
  event: string;
  edge: GraphEdge;
  onClose: () => void;
}

/** Asks why a link is wrong, cuts it, and leads to what came off. */
export function CutDialog({ event, edge, onClose }: Props) {
  const t = useText();
  const tell = useTell();
  const split = useSplit(event);
  const [reason, setReason] = useState("");
  const cut = () =>
    split.mutate(
      { edges: [{ from: edge.from, to: edge.to }], reason: reason.trim() },
      { onSuccess: ({ event_ids }) => tell.done(t.graph.split(event_ids.length)) },
    );
  if (split.data) {
    return (
      <Modal open title={t.graph.split(split.data.event_ids.length)} footer={null} onCancel={onClose}>
        <ul>
          {split.data.event_ids.map((id) => (
            <li key={id}>
              <Link to={to.event(id)} onClick={onClose}>
                <EventTitle id={id} />
              </Link>
            </li>
          ))}
        </ul>
      </Modal>
    );
  }
  return (
    <Modal
      open
      title={t.graph.cutTitle}
      okText={t.graph.cut}
      cancelText={t.common.cancel}
      okButtonProps={{ danger: true, disabled: reason.trim() === "" }}
      confirmLoading={split.isPending}
      onOk={cut}
      onCancel={onClose}
    >
      <p>{t.graph.cutHint}</p>
      <Input.TextArea
        autoFocus
        rows={2}
        maxLength={1000}
        placeholder={t.graph.reason}
        aria-label={t.graph.reason}
        value={reason}
        onChange={(change) => setReason(change.target.value)}
      />
      {split.error && <Failure error={split.error} />}
    </Modal>
  );
}

/** What an event is called; its id until that is known. */
function EventTitle({ id }: { id: string }) {
  const local = useLocal();
  const { data } = useEvent(id);
  return data && "title" in data ? local(data.title) : id;
}
