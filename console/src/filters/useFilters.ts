import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import { parseFilters, writeFilters, type Codec } from "./codec";

export interface FilterState<F> {
  filters: F;
  /** Changes some filters and keeps the others. */
  set: (change: Partial<F>) => void;
  clear: () => void;
  /** Whether any filter differs from its default. */
  active: boolean;
}

/** The filters of a page, read from and written to its URL. */
export function useFilters<F extends object>(codec: Codec<F>): FilterState<F> {
  const [params, setParams] = useSearchParams();
  const filters = useMemo(() => parseFilters(codec, params), [codec, params]);
  const set = useCallback(
    (change: Partial<F>) => setParams((now) => writeFilters(codec, { ...parseFilters(codec, now), ...change }, now), { replace: true }),
    [codec, setParams],
  );
  const clear = useCallback(
    () => setParams((now) => writeFilters(codec, parseFilters(codec, new URLSearchParams()), now), { replace: true }),
    [codec, setParams],
  );
  const active = writeFilters(codec, filters, new URLSearchParams()).size > 0;
  return { filters, set, clear, active };
}

/** One parameter of the URL that names what is open beside the page: a drawer, a tab. */
export function useUrlValue(name: string): [string, (value: string) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: string) => setParams(
        (now) => {
          const next = new URLSearchParams(now);
          if (value === "") next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [name, setParams],
  );
  return [params.get(name) ?? "", set];
}
