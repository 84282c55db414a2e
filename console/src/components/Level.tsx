import type { Level } from "../api/types";
import { useText, word } from "../i18n/text";
import css from "./Level.module.css";

/** A risk level: colour and word, never colour alone. */
export function LevelTag({ level }: { level: Level }) {
  const t = useText().words;
  return (
    <span className={css.tag} data-level={level}>
      {word(t.level, level)}
    </span>
  );
}
