import { Segmented } from "antd";
import { useMemo, useState, type KeyboardEvent } from "react";
import type { Chain, ChainEdge } from "../../api/types";
import { EntityChips } from "../../components/EntityChip";
import { LevelTag } from "../../components/Level";
import { Moment } from "../../components/Moment";
import { useWidth } from "../../components/useWidth";
import { shortTime } from "../../format/time";
import { useLocal, useText, word } from "../../i18n/text";
import css from "./ChainMap.module.css";
import { AXIS, drawChain, HEAD, LEAST, type ChainMapLayout, type Scale } from "./chainDrawing";
import { ChainLegend } from "./ChainLegend";
import { layOut } from "./lanes";
import { Reason } from "./Reason";

/** What the pointer or the keyboard is on. */
type Focus = { alert: string } | { edge: ChainEdge } | null;

interface Props {
  chain: Chain;
  titles: ReadonlyMap<string, string>;
  onAlert: (id: string) => void;
}

/** The whole attack at a glance: what led to what, and where it began. */
export function ChainMap({ chain, titles, onAlert }: Props) {
  const t = useText();
  const local = useLocal();
  const [scale, setScale] = useState<Scale>("order");
  const [ref, width] = useWidth<HTMLDivElement>(LEAST);
  const [focus, setFocus] = useState<Focus>(null);
  const lanes = useMemo(() => layOut(chain).lanes, [chain]);
  const map = useMemo(() => drawChain(chain, lanes, scale, width), [chain, lanes, scale, width]);
  const laneTitles = new Map(chain.lanes.map((lane) => [lane.tactic, local(lane.title)]));
  return (
    <section className={css.map} aria-label={t.graph.mapLabel}>
      <header className={css.head}>
        {chain.entry && (
          <p className={css.entry}>
            <strong>{t.event.entry}</strong>{" "}
            <button type="button" className={css.link} onClick={() => chain.entry && onAlert(chain.entry.alert_id)}>
              {titles.get(chain.entry.alert_id) ?? chain.entry.alert_id}
            </button>{" "}
            {local(chain.entry.reason)}
          </p>
        )}
        <Segmented<Scale>
          size="small"
          value={scale}
          onChange={setScale}
          options={[
            { value: "order", label: t.graph.byOrder },
            { value: "time", label: t.graph.byTime },
          ]}
        />
      </header>
      <div ref={ref} className={css.canvas}>
        <Picture
          map={map}
          focus={focus}
          onFocus={setFocus}
          onAlert={onAlert}
          name={(tactic) => laneTitles.get(tactic) ?? word(t.words.tactic, tactic)}
          titles={titles}
          entry={chain.entry?.alert_id}
        />
      </div>
      <ChainLegend map={map} hasEntry={Boolean(chain.entry)} />
      <div className={css.told} aria-live="polite">
        <Told focus={focus} chain={chain} titles={titles} />
      </div>
    </section>
  );
}

interface PictureProps {
  map: ChainMapLayout;
  focus: Focus;
  onFocus: (focus: Focus) => void;
  onAlert: (id: string) => void;
  name: (tactic: string) => string;
  titles: ReadonlyMap<string, string>;
  entry: string | undefined;
}

function Picture({ map, focus, onFocus, onAlert, name, titles, entry }: PictureProps) {
  const t = useText();
  const local = useLocal();
  const lit = (edge: ChainEdge) =>
    focus !== null && ("edge" in focus ? focus.edge === edge : focus.alert === edge.from || focus.alert === edge.to);
  const onEnter = (act: () => void) => (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <svg className={css.picture} viewBox={`0 0 ${map.width} ${map.height}`} width={map.width} height={map.height} role="group">
      <defs>
        <marker
          id="chain-tip"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerUnits="userSpaceOnUse"
          markerWidth="9"
          markerHeight="9"
          orient="auto"
        >
          <path d="M0 0 L8 4 L0 8 Z" className={css.tip} />
        </marker>
      </defs>
      {map.rows.map((row) => (
        <g key={row.tactic} className={css.row} data-gap={row.gap}>
          <rect x="0" y={row.y} width={map.width} height={row.height} />
          <text x="12" y={row.y + row.height / 2 + 4}>
            {name(row.tactic)}
          </text>
          {row.gap && (
            <text x={HEAD + 12} y={row.y + row.height / 2 + 4}>
              {t.event.gap}
            </text>
          )}
        </g>
      ))}
      {map.edges.map(({ edge, path }) => (
        <g
          key={`${edge.from} ${edge.to}`}
          className={css.edge}
          data-causal={edge.causal}
          data-lit={lit(edge)}
          tabIndex={0}
          role="img"
          aria-label={t.graph.leads(titles.get(edge.from) ?? edge.from, titles.get(edge.to) ?? edge.to, local(edge.text))}
          onMouseEnter={() => onFocus({ edge })}
          onFocus={() => onFocus({ edge })}
        >
          <path d={path} className={css.touch} />
          <path d={path} markerEnd="url(#chain-tip)" />
        </g>
      ))}
      {map.nodes.map((node) => (
        <g
          key={`${node.id} ${node.y} ${node.x}`}
          className={css.node}
          data-level={node.level}
          data-attempt={node.attempt}
          data-main={node.main}
          data-lit={focus !== null && "alert" in focus && focus.alert === node.id}
          tabIndex={node.main ? 0 : -1}
          role="button"
          aria-label={`${titles.get(node.id) ?? node.id}${node.id === entry ? ` · ${t.event.entry}` : ""}`}
          onMouseEnter={() => onFocus({ alert: node.id })}
          onFocus={() => onFocus({ alert: node.id })}
          onClick={() => onAlert(node.id)}
          onKeyDown={onEnter(() => onAlert(node.id))}
        >
          {node.id === entry && node.main && <circle cx={node.x} cy={node.y} r="11" className={css.ring} />}
          <circle cx={node.x} cy={node.y} r="6.5" />
        </g>
      ))}
      {map.axis.map(({ x, time }, index) => (
        <text
          key={time}
          className={css.axis}
          x={x}
          y={map.height - AXIS / 3}
          textAnchor={index === 0 ? "start" : "end"}
        >
          {shortTime(time, new Date())}
        </text>
      ))}
    </svg>
  );
}

/** What is known of the alert or the edge one is on. */
function Told({ focus, chain, titles }: { focus: Focus; chain: Chain; titles: ReadonlyMap<string, string> }) {
  const t = useText();
  const local = useLocal();
  if (focus === null) return <span className="muted">{t.graph.mapHint}</span>;
  if ("edge" in focus) {
    const { edge } = focus;
    return (
      <>
        <div>
          <strong>{titles.get(edge.from) ?? edge.from}</strong> → <strong>{titles.get(edge.to) ?? edge.to}</strong>{" "}
          <span className="muted">{edge.causal ? t.graph.causal : t.graph.weak}</span>
        </div>
        <div>{local(edge.text)}</div>
        <EntityChips entities={edge.entities} max={4} />
      </>
    );
  }
  const card = chain.lanes.flatMap((lane) => lane.cards).find((own) => own.alert_id === focus.alert);
  const node = chain.nodes.find((own) => own.alert_id === focus.alert);
  if (!card) return null;
  return (
    <>
      <div className="row wrap">
        <LevelTag level={card.level} /> <Moment at={card.time} /> <strong>{local(card.title)}</strong>
        {card.count > 1 && <span className="muted">{t.event.times(card.count)}</span>}
        {node?.attempt && <span className="muted">{t.graph.attempt}</span>}
      </div>
      <div>
        {t.event.why}: <Reason text={local(card.reason)} titles={titles} />
      </div>
      <EntityChips entities={card.entities} max={5} />
    </>
  );
}
