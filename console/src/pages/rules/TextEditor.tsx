import { useEffect, useRef, type KeyboardEvent } from "react";
import { offsetOf } from "./place";
import css from "./TextEditor.module.css";

interface Props {
  label: string;
  value: string;
  onChange: (text: string) => void;
  /** `line:column` places that are wrong. */
  marked: string[];
  /** A place to move to; a new object moves again. */
  goTo: { place: string } | null;
}

const INDENT = "  ";

/** A plain text field with line numbers: all a rule of forty lines needs. */
export function TextEditor({ label, value, onChange, marked, goTo }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const lines = value.split("\n");
  const wrong = new Set(marked.map((place) => Number(place.split(":")[0])));
  useEffect(() => {
    if (!goTo || !field.current) return;
    const offset = offsetOf(field.current.value, goTo.place);
    field.current.focus();
    field.current.setSelectionRange(offset, offset);
  }, [goTo]);
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // Tab indents; Escape first, and Tab leaves the field, as keyboard users need.
    if (event.key === "Escape") event.currentTarget.blur();
    if (event.key !== "Tab" || event.shiftKey) return;
    event.preventDefault();
    const { selectionStart, selectionEnd } = event.currentTarget;
    event.currentTarget.setRangeText(INDENT, selectionStart, selectionEnd, "end");
    onChange(event.currentTarget.value);
  };
  return (
    <div className={css.editor}>
      <ol className={css.numbers} aria-hidden="true">
        {lines.map((_, index) => (
          <li key={index} data-wrong={wrong.has(index + 1)}>
            {index + 1}
          </li>
        ))}
      </ol>
      <textarea
        ref={field}
        className={css.text}
        aria-label={label}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        wrap="off"
        rows={Math.max(24, lines.length + 1)}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}
