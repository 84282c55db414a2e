import { useMutation, useQueryClient } from "@tanstack/react-query";

/** A change, and the parts of the cache it makes stale. */
export function useChange<Input, Output>(
  mutationFn: (input: Input) => Promise<Output>,
  stale: readonly string[],
) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all(stale.map((key) => cache.invalidateQueries({ queryKey: [key] }))),
  });
}
