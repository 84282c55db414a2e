import { Button, Input, Modal } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useMerge, useRelate } from "../api/graph";
import { asProblem } from "../api/problem";
import { to } from "../app/paths";
import { useText } from "../i18n/text";
import { Failure } from "./Failure";
import { useTell } from "./useTell";

interface Props {
  /** Two or more. */
  ids: readonly string[];
  onClose: () => void;
  /** After it was done. */
  onDone?: () => void;
}

/** Makes several events one; where the server refuses, it offers to tie them instead. */
export function MergeDialog({ ids, onClose, onDone }: Props) {
  const t = useText();
  const tell = useTell();
  const navigate = useNavigate();
  const merge = useMerge();
  const relate = useRelate();
  const [reason, setReason] = useState("");
  const said = reason.trim();
  const refused = merge.error !== null && asProblem(merge.error).status === 409;
  const done = (text: string) => {
    tell.done(text);
    onDone?.();
    onClose();
  };
  const join = () =>
    merge.mutateAsync({ ids: [...ids], reason: said }).then(
      // Also where the page this stands on went with the event it was about.
      ({ id }) => {
        done(t.graph.merged);
        void navigate(to.event(id));
      },
      () => undefined,
    );
  return (
    <Modal
      open
      title={t.graph.mergeTitle(ids.length)}
      okText={t.graph.merge}
      cancelText={t.common.cancel}
      okButtonProps={{ disabled: said === "" || refused }}
      confirmLoading={merge.isPending}
      onOk={() => void join()}
      onCancel={onClose}
    >
      <p>{t.graph.mergeHint}</p>
      <Input.TextArea
        autoFocus
        rows={2}
        maxLength={1000}
        placeholder={t.graph.reason}
        aria-label={t.graph.reason}
        value={reason}
        onChange={(change) => setReason(change.target.value)}
      />
      {merge.error && <Failure error={merge.error} />}
      {refused && (
        <p>
          <Button
            size="small"
            disabled={said === ""}
            loading={relate.isPending}
            onClick={() =>
              relate.mutate({ ids: [...ids], reason: said }, { onSuccess: () => done(t.graph.relateDone) })
            }
          >
            {t.graph.relate}
          </Button>{" "}
          <span className="muted">{t.graph.relateHint}</span>
        </p>
      )}
      {relate.error && <Failure error={relate.error} />}
    </Modal>
  );
}
