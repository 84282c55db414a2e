import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { asProblem } from "./problem";
import type { EntityRef } from "./types";

/** What a feed says of an indicator. */
export interface IntelMatch {
  feed: string;
  names: string[];
  confidence?: number | null;
  valid_until?: string | null;
  references: string[];
  indicator: string;
}

/** Where an address is and whose it is. */
export interface Geo {
  country?: string | null;
  city?: string | null;
  asn?: number | string | null;
  organisation?: string | null;
}

export interface IntelAnswer {
  matches: IntelMatch[];
  geo: Geo | null;
}

type Ask = (path: string, init: object) => Promise<{ data?: IntelAnswer }>;

/** Asked for by name, because a server may come without intelligence: then the answer is that there is none. */
const ask = client.GET as unknown as Ask;

export function useIntel(entity: EntityRef, enabled: boolean) {
  return useQuery({
    queryKey: [KEY.intel, entity.type, entity.value],
    queryFn: async (): Promise<IntelAnswer | null> => {
      try {
        return await body(ask("/intel/lookup", { params: { query: { type: entity.type, value: entity.value } } }));
      } catch (error) {
        if (asProblem(error).status === 404) return null;
        throw error;
      }
    },
    enabled,
  });
}
