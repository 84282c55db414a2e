import type { ReactNode } from "react";
import { useText } from "../../i18n/text";
import type { ChainMapLayout } from "./chainDrawing";
import css from "./ChainMap.module.css";

/** What the marks of the chain's picture mean; only those that are in it. */
export function ChainLegend({ map, hasEntry }: { map: ChainMapLayout; hasEntry: boolean }) {
  const t = useText();
  const dot = (
    <circle cx="12" cy="10" r="5.5" />
  );
  return (
    <ul className={css.legend}>
      {hasEntry && (
        <Item text={t.graph.legend.entry}>
          <g className={css.node}>
            <circle cx="12" cy="10" r="8.5" className={css.ring} />
            <circle cx="12" cy="10" r="4.5" />
          </g>
        </Item>
      )}
      {map.nodes.some((node) => node.attempt) && (
        <Item text={t.graph.attempt}>
          <g className={css.node} data-attempt="true">
            {dot}
          </g>
        </Item>
      )}
      {map.nodes.some((node) => !node.main) && (
        <Item text={t.graph.legend.again}>
          <g className={css.node} data-main="false">
            {dot}
          </g>
        </Item>
      )}
      {map.edges.some(({ edge }) => edge.causal) && (
        <Item text={t.graph.legend.leads}>
          <g className={css.edge} data-causal="true">
            <path d="M1 10 H23" />
          </g>
        </Item>
      )}
      {map.edges.some(({ edge }) => !edge.causal) && (
        <Item text={t.graph.weak}>
          <g className={css.edge} data-causal="false">
            <path d="M1 10 H23" />
          </g>
        </Item>
      )}
    </ul>
  );
}

function Item({ text, children }: { text: string; children: ReactNode }) {
  return (
    <li>
      <svg width="24" height="20" aria-hidden="true">
        {children}
      </svg>
      {text}
    </li>
  );
}
