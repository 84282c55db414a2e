import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Page } from "./types";

/** Rows a page of a list holds. */
export const PAGE_SIZE = 50;

export interface Paged<T> {
  items: T[];
  total: Page<T>["total"] | undefined;
  isLoading: boolean;
  isRefreshing: boolean;
  error: Error | null;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
  refetch: () => void;
}

/** A list read page by page with the server's cursor. */
export function usePaged<T>(
  key: readonly unknown[],
  fetchPage: (paging: { limit: number; cursor?: string }) => Promise<Page<T>>,
  options?: { enabled?: boolean; refetchInterval?: number },
): Paged<T> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) =>
      fetchPage(pageParam === null ? { limit: PAGE_SIZE } : { limit: PAGE_SIZE, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? null,
    // A changed filter keeps the old rows until the new ones are there: the page does not jump.
    placeholderData: keepPreviousData,
    ...options,
  });
  const pages = query.data?.pages;
  const items = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  return {
    items,
    total: pages?.[0]?.total,
    isLoading: query.isLoading,
    isRefreshing: query.isFetching && !query.isFetchingNextPage,
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    refetch: () => void query.refetch(),
  };
}

/** Asks for a short list as a whole, in the longest page the server gives. */
export const WHOLE = { params: { query: { limit: 200 } } } as const;

/** Short lists come whole, some in the envelope of a page and some without it. */
export function rows<T>(list: T[] | Page<T>): T[] {
  return Array.isArray(list) ? list : list.items;
}
