import { Input, Modal } from "antd";
import { useState } from "react";
import { useTagEntities } from "../api/entities";
import type { EntityRef } from "../api/types";
import { useText } from "../i18n/text";
import { Failure } from "./Failure";
import { useTell } from "./useTell";

interface Props {
  entities: EntityRef[];
  malicious: boolean;
  onClose: () => void;
}

/** Says of entities that they are malicious, or that they are not, and why. */
export function TagDialog({ entities, malicious, onClose }: Props) {
  const t = useText();
  const tell = useTell();
  const tag = useTagEntities();
  const [reason, setReason] = useState("");
  const send = () =>
    tag.mutate(
      { entities, malicious, reason: reason.trim() },
      {
        onSuccess: ({ results }) => {
          const refused = results.filter((result) => !result.ok);
          if (refused.length === 0) tell.done(t.entities.tagged(results.length));
          else {
            const lines = refused.map((result) => result.problem?.detail ?? result.entity.value);
            tell.partly(t.entities.partly(results.length - refused.length, refused.length), lines);
          }
          onClose();
        },
      },
    );
  return (
    <Modal
      open
      title={malicious ? t.entities.tagTitle(entities.length) : t.entities.untagTitle(entities.length)}
      okText={malicious ? t.entities.tag : t.entities.untag}
      okButtonProps={{ danger: malicious, disabled: reason.trim() === "" }}
      cancelText={t.common.cancel}
      confirmLoading={tag.isPending}
      onOk={send}
      onCancel={onClose}
    >
      <p className="muted">{malicious ? t.entities.tagHint : t.entities.untagHint}</p>
      <Input.TextArea
        autoFocus
        autoSize={{ minRows: 2, maxRows: 6 }}
        maxLength={600}
        placeholder={t.entities.reasonHint}
        aria-label={t.entities.reasonHint}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && reason.trim() !== "") send();
        }}
      />
      {tag.error && <Failure error={tag.error} />}
    </Modal>
  );
}
