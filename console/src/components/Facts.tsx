import { Fragment, type ReactNode } from "react";
import css from "./Facts.module.css";

/** Names and values in two columns; a fact without a value is left out. */
export function Facts({ facts, narrow = false }: { facts: [string, ReactNode][]; narrow?: boolean }) {
  return (
    <dl className={narrow ? css.narrow : css.facts}>
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false)
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}
