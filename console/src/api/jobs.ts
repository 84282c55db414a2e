import { skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { useChange } from "./mutate";
import type { Job } from "./types";

const POLL = 500;

/** How soon to look at a job again, in milliseconds; one that has ended stays as it is. */
export function pollAfter(job: Job | undefined): number | false {
  return job?.state === "running" ? POLL : false;
}

/** A job, followed while it runs. */
export function useJob(id: string) {
  return useQuery({
    queryKey: [KEY.jobs, "one", id],
    queryFn: () => body(client.GET("/jobs/{id}", { params: { path: { id } } })),
    enabled: id !== "",
    refetchInterval: (query) => pollAfter(query.state.data),
  });
}

export function useCancelJob() {
  return useChange((id: string) => body(client.DELETE("/jobs/{id}", { params: { path: { id } } })), [KEY.jobs]);
}

/** A job that was started, and what it was started with. */
export interface Started {
  id: string;
  asked: string;
}

/** The last job that was started at a place of the console; it is still known when one comes back. */
export function useLastJob(place: string): [Started | undefined, (job: Job, asked: string) => void] {
  const cache = useQueryClient();
  const queryKey = [KEY.jobs, "last", place];
  const { data } = useQuery<Started>({ queryKey, queryFn: skipToken, staleTime: Infinity, gcTime: Infinity });
  const remember = (job: Job, asked: string) => {
    cache.setQueryData([KEY.jobs, "one", job.id], job);
    cache.setQueryData<Started>(queryKey, { id: job.id, asked });
  };
  return [data, remember];
}
