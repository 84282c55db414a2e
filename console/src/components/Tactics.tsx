import { Tooltip } from "antd";
import type { TacticCount } from "../api/types";
import { useLocal, useText, word } from "../i18n/text";
import { Badge } from "./Status";
import css from "./Tactics.module.css";

/** The order of ATT&CK's matrix. */
export const TACTICS = [
  "reconnaissance",
  "resource-development",
  "initial-access",
  "execution",
  "persistence",
  "privilege-escalation",
  "defense-evasion",
  "credential-access",
  "discovery",
  "lateral-movement",
  "collection",
  "command-and-control",
  "exfiltration",
  "impact",
] as const;

/** How far an attack got: one cell per tactic of the matrix, filled where alerts were. */
export function TacticStrip({ tactics }: { tactics: TacticCount[] }) {
  const local = useLocal();
  if (tactics.length === 0) return <span className="muted">—</span>;
  const seen = new Map(tactics.map((item) => [item.tactic, item]));
  const text = tactics.map((item) => `${local(item.title)} ×${item.count}`).join("\n");
  return (
    <Tooltip title={<span className={css.lines}>{text}</span>}>
      <span className={css.strip} role="img" aria-label={text}>
        {TACTICS.map((tactic) => (
          <span key={tactic} className={css.cell} data-seen={seen.has(tactic)} />
        ))}
      </span>
    </Tooltip>
  );
}

/** Tactics by name. */
export function TacticNames({ tactics }: { tactics: string[] }) {
  const t = useText().words.tactic;
  if (tactics.length === 0) return <span className="muted">—</span>;
  return (
    <span className={css.names}>
      {tactics.map((tactic) => (
        <Badge key={tactic}>{word(t, tactic)}</Badge>
      ))}
    </span>
  );
}
