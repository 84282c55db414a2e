import type { KeyboardEvent } from "react";
import type { GraphEdge, GraphNode } from "../../api/types";
import { entityLabel } from "../../components/entityLabel";
import { shortTime } from "../../format/time";
import { useLocal, useText, word } from "../../i18n/text";
import { fit } from "./fit";
import type { GraphLayout } from "./graphDrawing";
import css from "./GraphTab.module.css";

interface Props {
  drawn: GraphLayout;
  chosen: GraphEdge | undefined;
  titles: ReadonlyMap<string, string>;
  onEdge: (edge: GraphEdge) => void;
  onAlert: (id: string) => void;
}

/** Enter and the space bar do what a click does. */
const onKeys = (act: () => void) => (event: KeyboardEvent) => {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  event.stopPropagation();
  act();
};

/** Alerts in a column by time, links as arcs, what they share beside them. */
export function GraphPicture({ drawn, chosen, titles, onEdge, onAlert }: Props) {
  const t = useText();
  const local = useLocal();
  const { columns } = drawn;
  const line = (node: GraphNode) =>
    `${shortTime(node.time, new Date())}  ${node.count > 1 ? `${node.count} × ` : ""}${local(node.title)}`;
  const between = (edge: GraphEdge) => t.graph.between(titles.get(edge.from) ?? edge.from, titles.get(edge.to) ?? edge.to);
  return (
    <svg className={css.picture} viewBox={`0 0 ${columns.end} ${drawn.height}`} width={columns.end} height={drawn.height} role="group" aria-label={t.graph.tab}>
      {drawn.entities.map((entity) => (
        <g key={entity.key} className={css.entity}>
          {entity.lines.map(({ path, edge }) => (
            <g key={path} className={css.thread} data-chosen={edge === chosen} onClick={() => onEdge(edge)}>
              <path d={path} className={css.touch} />
              <path d={path} />
            </g>
          ))}
          <circle cx={columns.entities} cy={entity.y} r="4" />
          <text x={columns.entities + 10} y={entity.y + 4}>
            <title>{`${word(t.words.entity, entity.type)}: ${entity.value}`}</title>
            {fit(entityLabel(entity), columns.end - columns.entities - 16)}
          </text>
        </g>
      ))}
      {drawn.edges.map(({ edge, path }) => (
        <g
          key={`${edge.from} ${edge.to} ${edge.kind}`}
          className={css.edge}
          data-tree={edge.tree}
          data-chosen={edge === chosen}
          tabIndex={0}
          role="button"
          aria-label={`${between(edge)}: ${local(edge.text)}`}
          aria-pressed={edge === chosen}
          onClick={() => onEdge(edge)}
          onKeyDown={onKeys(() => onEdge(edge))}
        >
          <title>{local(edge.text)}</title>
          <path d={path} className={css.touch} />
          <path d={path} />
        </g>
      ))}
      {drawn.nodes.map(({ node, y }) => (
        <g
          key={node.alert_id}
          className={css.node}
          data-level={node.level}
          tabIndex={0}
          role="button"
          aria-label={`${shortTime(node.time, new Date())} ${local(node.title)}`}
          onClick={() => onAlert(node.alert_id)}
          onKeyDown={onKeys(() => onAlert(node.alert_id))}
        >
          <rect x={columns.alerts - 10} y={y - 12} width={columns.alertsEnd - columns.alerts + 10} height="24" rx="4" />
          <circle cx={columns.alerts} cy={y} r="6" />
          <text x={columns.alerts + 14} y={y + 4}>
            <title>{local(node.title)}</title>
            {fit(line(node), columns.alertsEnd - columns.alerts - 20)}
          </text>
        </g>
      ))}
    </svg>
  );
}
