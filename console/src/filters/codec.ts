// A page's filters live in its URL: a link shows a colleague the same rows, and "back" undoes a filter.
// A codec says which parameters a page has; unknown parameters and impossible values are dropped.

export interface Parameter<T> {
  parse: (values: string[]) => T;
  write: (value: T) => string[];
}

export type Codec<F> = { [K in keyof F]: Parameter<F[K]> };

/** Free text; empty when absent. */
export function text(fallback = ""): Parameter<string> {
  return {
    parse: (values) => values[0] ?? fallback,
    write: (value) => (value === fallback ? [] : [value]),
  };
}

/** One of a closed set; the first when absent. */
export function choice<T extends string>(first: T, ...others: T[]): Parameter<T> {
  const all: readonly string[] = [first, ...others];
  return {
    parse: (values) => (values[0] !== undefined && all.includes(values[0]) ? (values[0] as T) : first),
    write: (value) => (value === first ? [] : [value]),
  };
}

/** Several values, from a closed set if one is given; order and repetition do not matter. */
export function list<T extends string = string>(allowed?: readonly T[]): Parameter<T[]> {
  const legal = (value: string): value is T =>
    value !== "" && (allowed === undefined || (allowed as readonly string[]).includes(value));
  return {
    parse: (values) => [...new Set(values.filter(legal))],
    write: (value) => [...new Set(value)],
  };
}

export function parseFilters<F extends object>(codec: Codec<F>, params: URLSearchParams): F {
  const entries = names(codec).map((name) => [name, codec[name].parse(params.getAll(name))]);
  return Object.fromEntries(entries) as F;
}

/** `params` with the filters written over it; parameters of others (the open drawer) stay. */
export function writeFilters<F extends object>(codec: Codec<F>, filters: F, params: URLSearchParams): URLSearchParams {
  const out = new URLSearchParams(params);
  for (const name of names(codec)) {
    out.delete(name);
    for (const value of codec[name].write(filters[name])) out.append(name, value);
  }
  return out;
}

function names<F extends object>(codec: Codec<F>) {
  return Object.keys(codec) as (keyof F & string)[];
}
