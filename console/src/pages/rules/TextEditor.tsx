import { useEffect, useEffectEvent, useId, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from "react";
import { useText } from "../../i18n/text";
import { marksAt, pieces, worst, wrongLines, type Mark, type Piece } from "./marks";
import { offsetOf } from "./place";
import css from "./TextEditor.module.css";

interface Props {
  label: string;
  value: string;
  onChange: (text: string) => void;
  /** What is wrong with the text. */
  marks: Mark[];
  /** The text that was found of: the one before, while somebody writes. */
  judged: string;
  /** A place to move to; a new object moves again. */
  goTo: { place: string } | null;
}

/** What is told, and where it stands in the field. */
interface Tip {
  marks: Mark[];
  left: number;
  top: number;
}

const INDENT = "  ";

/**
 * A plain text field with line numbers: all a rule of forty lines needs. Behind it lies the same text once more, unseen,
 * set in the same letters; what is wrong is underlined there, so the lines stand under the words however these are drawn.
 */
export function TextEditor({ label, value, onChange, marks, judged, goTo }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const behind = useRef<HTMLPreElement>(null);
  const tipId = useId();
  const [tip, setTip] = useState<Tip | null>(null);
  const cut = useMemo(() => pieces(value, marks, judged), [value, marks, judged]);
  const lines = value.split("\n");
  const wrong = wrongLines(value, cut);
  const tell = (piece: HTMLElement | undefined, told: Mark[]) => {
    const word = told.length > 0 ? piece?.getClientRects()[0] : undefined;
    const own = field.current?.getBoundingClientRect();
    setTip(word && own ? { marks: told, left: Math.max(0, word.left - own.left), top: word.bottom - own.top + 2 } : null);
  };
  const marked = () => Array.from(behind.current?.querySelectorAll<HTMLElement>("[data-piece]") ?? []);
  const onCaret = () => {
    const told = marksAt(cut, field.current?.selectionStart ?? 0);
    const first = cut.findIndex((piece) => piece.marks.some((mark) => told.includes(mark)));
    tell(
      marked().find((piece) => Number(piece.dataset.piece) === first),
      told,
    );
  };
  const moveTo = useEffectEvent((place: string) => {
    if (!field.current) return;
    const offset = offsetOf(field.current.value, place);
    field.current.focus();
    field.current.setSelectionRange(offset, offset);
    // React tells of carets that people move, not of this one.
    onCaret();
  });
  useEffect(() => {
    if (goTo) moveTo(goTo.place);
  }, [goTo]);
  const onHover = (event: MouseEvent) => {
    const under = marked().find((piece) => Array.from(piece.getClientRects()).some((box) => holds(box, event)));
    if (under) tell(under, cut[Number(under.dataset.piece)]?.marks ?? []);
    else if (tip) onCaret();
  };
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
      <div className={css.field}>
        <div className={css.clip} aria-hidden="true">
          <pre ref={behind} className={css.behind}>
            {cut.map((piece, index) => (
              <Underlined key={index} piece={piece} index={index} />
            ))}
          </pre>
        </div>
        <textarea
          ref={field}
          className={css.text}
          aria-label={label}
          aria-invalid={wrong.size > 0}
          aria-describedby={tip ? tipId : undefined}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          wrap="off"
          rows={Math.max(24, lines.length + 1)}
          value={value}
          onChange={(event) => {
            setTip(null);
            onChange(event.target.value);
          }}
          onSelect={onCaret}
          onBlur={() => setTip(null)}
          onMouseMove={onHover}
          onMouseLeave={() => setTip(null)}
          onScroll={(event) => {
            behind.current?.style.setProperty("transform", `translateX(${-event.currentTarget.scrollLeft}px)`);
            setTip(null);
          }}
          onKeyDown={onKeyDown}
        />
        <div aria-live="polite">{tip && <TipCard tip={tip} id={tipId} />}</div>
      </div>
    </div>
  );
}

const holds = (box: DOMRect, { clientX, clientY }: MouseEvent) =>
  box.left <= clientX && clientX <= box.right && box.top <= clientY && clientY <= box.bottom;

function Underlined({ piece, index }: { piece: Piece; index: number }) {
  const severity = worst(piece.marks);
  if (!severity) return <>{piece.text}</>;
  return (
    <span data-piece={index} data-severity={severity}>
      {piece.text}
    </span>
  );
}

/** What is wrong at a word, said where it stands, and to those who listen when the caret comes by. */
function TipCard({ tip, id }: { tip: Tip; id: string }) {
  const words = useText().rules.severity;
  return (
    <div id={id} role="tooltip" className={css.tip} style={{ left: tip.left, top: tip.top }}>
      {tip.marks.map((mark) => (
        <div key={`${mark.place} ${mark.text}`}>
          <strong>{words[mark.severity]}</strong> {mark.text}
        </div>
      ))}
    </div>
  );
}
