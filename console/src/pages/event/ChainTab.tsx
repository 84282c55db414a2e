import { Tooltip } from "antd";
import { useMemo } from "react";
import { useEventChain } from "../../api/events";
import type { Chain } from "../../api/types";
import { EntityChips } from "../../components/EntityChip";
import { Failure } from "../../components/Failure";
import { LevelTag } from "../../components/Level";
import { Loading } from "../../components/Loading";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { useLocal, useText, word } from "../../i18n/text";
import { ChainMap } from "./ChainMap";
import css from "./ChainTab.module.css";
import { layOut, type Lane, type LaneCard } from "./lanes";
import { Reason } from "./Reason";

/** Up to this many moments, time runs from left to right; beyond, lanes wrap. */
const COLUMNS = 4;

interface Props {
  id: string;
  onAlert: (id: string) => void;
}

/** The attack by step: one lane per tactic, each alert with the reason why it belongs. */
export function ChainTab({ id, onAlert }: Props) {
  const t = useText().event;
  const chain = useEventChain(id);
  if (chain.error) return <Failure error={chain.error} onRetry={() => void chain.refetch()} />;
  if (!chain.data) return <Loading />;
  if (chain.data.lanes.length === 0) return <Nothing title={t.chainEmpty} />;
  return <Lanes chain={chain.data} onAlert={onAlert} />;
}

function Lanes({ chain, onAlert }: { chain: Chain; onAlert: (id: string) => void }) {
  const local = useLocal();
  const { lanes, columns } = useMemo(() => layOut(chain), [chain]);
  const titles = new Map(chain.lanes.flatMap((lane) => lane.cards.map((card) => [card.alert_id, local(card.title)])));
  const onTime = columns <= COLUMNS;
  return (
    <>
      <ChainMap chain={chain} titles={titles} onAlert={onAlert} />
      <div className={css.chain}>
        {lanes.map((lane) => (
          <div key={lane.tactic} className={css.lane} data-gap={lane.kind === "gap"}>
            <LaneHead lane={lane} />
            {lane.kind === "gap" ? (
              <GapNote />
            ) : (
              <ol
                className={onTime ? css.onTime : css.wrapped}
                style={onTime ? { gridTemplateColumns: `repeat(${columns}, minmax(166px, 1fr))` } : undefined}
              >
                {lane.cards.map((card) => (
                  <li key={card.alert_id} style={onTime ? { gridColumn: card.column } : undefined}>
                    <Card
                      card={card}
                      entry={chain.entry?.alert_id === card.alert_id ? local(chain.entry.reason) : undefined}
                      titles={titles}
                      onAlert={onAlert}
                    />
                  </li>
                ))}
              </ol>
            )}
          </div>
        ))}
      </div>
    </>
  );
}

function LaneHead({ lane }: { lane: Lane }) {
  const t = useText().words.tactic;
  const local = useLocal();
  const count = lane.kind === "seen" ? lane.cards.reduce((sum, card) => sum + card.count, 0) : 0;
  return (
    <div className={css.laneHead}>
      <span>{lane.kind === "seen" ? local(lane.title) : word(t, lane.tactic)}</span>
      {count > 0 && <span className="muted number">{count}</span>}
    </div>
  );
}

function GapNote() {
  const t = useText().event;
  return (
    <Tooltip title={t.gapHint} placement="topLeft">
      <span className={css.gap}>{t.gap}</span>
    </Tooltip>
  );
}

interface CardProps {
  card: LaneCard;
  /** Why the attack is taken to begin here. */
  entry: string | undefined;
  titles: ReadonlyMap<string, string>;
  onAlert: (id: string) => void;
}

function Card({ card, entry, titles, onAlert }: CardProps) {
  const t = useText().event;
  const local = useLocal();
  return (
    <article className={css.card} data-level={card.level}>
      <div className={css.cardHead}>
        <span>
          <span className={css.step}>{card.column}</span>
          <Moment at={card.time} />
        </span>
        <LevelTag level={card.level} />
      </div>
      <button type="button" className={css.cardTitle} onClick={() => onAlert(card.alert_id)}>
        {local(card.title)}
        {card.count > 1 && <span className="muted"> {t.times(card.count)}</span>}
      </button>
      <EntityChips entities={card.entities} max={3} />
      {entry !== undefined && (
        <p className={css.entry}>
          <strong>{t.entry}</strong> {entry}
        </p>
      )}
      <p className={css.reason} title={t.why}>
        <Reason text={local(card.reason)} titles={titles} />
      </p>
    </article>
  );
}
