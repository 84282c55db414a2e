import type { Chain, ChainCard } from "../../api/types";
import { TACTICS } from "../../components/Tactics";

export interface LaneCard extends ChainCard {
  /** Its place among all cards by time, from 1. */
  column: number;
}

export type Lane =
  | { kind: "seen"; tactic: string; title: Chain["lanes"][number]["title"]; cards: LaneCard[] }
  | { kind: "gap"; tactic: string };

const place = (tactic: string) => {
  const index = (TACTICS as readonly string[]).indexOf(tactic);
  return index === -1 ? TACTICS.length : index;
};

/** Lanes and gaps in the order of the matrix, each card in the column of its time. */
export function layOut(chain: Chain): { lanes: Lane[]; columns: number } {
  const cards = chain.lanes.flatMap((lane) => lane.cards);
  const times = [...new Set(cards.map((card) => card.time))].sort();
  const column = new Map(times.map((time, index) => [time, index + 1]));
  // The server's lanes hold the gaps too, without cards.
  const seen: Lane[] = chain.lanes.filter((lane) => lane.cards.length > 0).map(({ tactic, title, cards: own }) => ({
    kind: "seen",
    tactic,
    title,
    cards: own.map((card) => ({ ...card, column: column.get(card.time) ?? 1 })),
  }));
  const gaps: Lane[] = chain.gaps.map((tactic) => ({ kind: "gap", tactic }));
  const lanes = [...seen, ...gaps].sort((a, b) => place(a.tactic) - place(b.tactic));
  return { lanes, columns: times.length };
}
