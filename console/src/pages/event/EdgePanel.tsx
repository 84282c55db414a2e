import { Button, Table } from "antd";
import { useMay } from "../../api/session";
import type { GraphEdge, GraphEntity } from "../../api/types";
import { EntityChip } from "../../components/EntityChip";
import { useLocal, useText } from "../../i18n/text";
import css from "./GraphTab.module.css";
import { Reason } from "./Reason";

interface Props {
  edge: GraphEdge;
  titles: ReadonlyMap<string, string>;
  onCut: () => void;
}

/** Why a link is there: what is shared and how much that counts; and the way to cut it. */
export function EdgePanel({ edge, titles, onCut }: Props) {
  const t = useText();
  const local = useLocal();
  const may = useMay("responder");
  // Only of shared entities: what ties by a pattern or by hand was not weighed.
  const number = (value: number | null | undefined) => (typeof value === "number" ? value.toFixed(2) : "—");
  return (
    <>
      <div className={css.line}>
        <span className="grow">
          <strong>{titles.get(edge.from) ?? edge.from}</strong> — <strong>{titles.get(edge.to) ?? edge.to}</strong>
          <span className="muted">
            {" "}
            · {t.graph.kind[edge.kind]}
            {typeof edge.score === "number" && ` · ${t.graph.score} ${number(edge.score)}`}
            {edge.tree && ` · ${t.graph.holds}`}
          </span>
        </span>
        {edge.tree ? (
          <Button size="small" danger disabled={!may} onClick={onCut}>
            {t.graph.cut}
          </Button>
        ) : (
          <span className="muted">{t.graph.onlySays}</span>
        )}
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
            { title: t.common.entity, render: (_, entity) => <EntityChip entity={entity} /> },
            { title: t.graph.weight, width: 90, align: "right", render: (_, own) => number(own.weight) },
            { title: t.graph.decay, width: 90, align: "right", render: (_, own) => number(own.decay) },
            { title: t.graph.rarity, width: 90, align: "right", render: (_, own) => number(own.rarity) },
          ]}
        />
      )}
    </>
  );
}
