import { Fragment } from "react";
import { useWhitelistFields } from "../../api/admin";
import type { Pattern, PatternStep } from "../../api/types";
import { useConditionText } from "../../components/conditionText";
import { formatDuration } from "../../format/duration";
import { useLocal, useText, word } from "../../i18n/text";
import { joinText } from "./joinText";
import css from "./PatternPicture.module.css";

/** The steps as boxes, and on each arrow what ties a step to those before it. */
export function PatternPicture({ pattern }: { pattern: Pattern }) {
  const t = useText();
  return (
    <ol className={css.picture} aria-label={t.patterns.steps}>
      {pattern.steps.map((step, number) => (
        <Fragment key={number}>
          {number > 0 && <Arrow step={step} />}
          <Box step={step} number={number + 1} />
        </Fragment>
      ))}
    </ol>
  );
}

function Arrow({ step }: { step: PatternStep }) {
  const t = useText();
  const gap = step.gap_seconds && t.patterns.gap(formatDuration(step.gap_seconds, t.words.duration));
  return (
    <li className={css.arrow}>
      <span className={css.label}>{[joinText(step.joins, t), gap].filter(Boolean).join(" · ")}</span>
    </li>
  );
}

function Box({ step, number }: { step: PatternStep; number: number }) {
  const t = useText();
  const local = useLocal();
  // The names are those a whitelist may ask about: both ask an alert.
  const conditionText = useConditionText(useWhitelistFields().data);
  const more = [
    step.at_least > 1 && t.patterns.atLeast(String(step.at_least)),
    // Alerts of the first step have no arrow that could say what ties them.
    number === 1 && joinText(step.joins, t),
    step.another && t.patterns.another(word(t.words.entity, step.another)),
  ].filter(Boolean);
  return (
    <li className={css.box}>
      <span className={css.number}>{number}</span>
      <div>
        <div className={css.name}>{local(step.name)}</div>
        <div className={css.condition}>{conditionText(step.condition)}</div>
        {more.length > 0 && <div className={css.more}>{more.join(" · ")}</div>}
      </div>
    </li>
  );
}
