import { Button, Input, Modal, Table } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { useSplit, type GraphEdge, type GraphEntity } from "../../api/graph";
import { useMay } from "../../api/session";
import { to } from "../../app/paths";
import { Failure } from "../../components/Failure";
import { useTell } from "../../components/useTell";
import { useLocal, useText, word } from "../../i18n/text";
import css from "./GraphTab.module.css";
import { Reason } from "./Reason";

interface Props {
  event: string;
  edge: GraphEdge;
  titles: ReadonlyMap<string, string>;
}

/** Why a link is there: what is shared and how much that counts; and the way to cut it. */
export function EdgePanel({ event, edge, titles }: Props) {
  const t = useText();
  const local = useLocal();
  const may = useMay("responder");
  const [cutting, setCutting] = useState(false);
  const number = (value: number) => value.toFixed(2);
  return (
    <>
      <div className={css.line}>
        <span className="grow">
          <strong>{titles.get(edge.from) ?? edge.from}</strong> — <strong>{titles.get(edge.to) ?? edge.to}</strong>
          <span className="muted">
            {" "}
            · {word(t.graph.kind, edge.kind)}
            {edge.score !== null && ` · ${t.graph.score} ${number(edge.score)}`}
            {edge.tree && ` · ${t.graph.holds}`}
          </span>
        </span>
        <Button size="small" danger disabled={!may} onClick={() => setCutting(true)}>
          {t.graph.cut}
        </Button>
      </div>
      <p className={css.sentence}>
        <Reason text={local(edge.text)} titles={titles} />
      </p>
      {edge.entities.length > 0 && (
        <Table<GraphEntity>
          size="small"
          pagination={false}
          rowKey={(entity) => `${entity.type}:${entity.value}`}
          dataSource={edge.entities}
          columns={[
            { title: t.common.entity, render: (_, { type, value }) => `${word(t.words.entity, type)} ${value}` },
            { title: t.graph.weight, width: 90, align: "right", render: (_, own) => number(own.weight) },
            { title: t.graph.decay, width: 90, align: "right", render: (_, own) => number(own.decay) },
            { title: t.graph.rarity, width: 90, align: "right", render: (_, own) => number(own.rarity) },
          ]}
        />
      )}
      {cutting && <CutDialog event={event} edge={edge} onClose={() => setCutting(false)} />}
    </>
  );
}

function CutDialog({ event, edge, onClose }: { event: string; edge: GraphEdge; onClose: () => void }) {
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
                {id}
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
