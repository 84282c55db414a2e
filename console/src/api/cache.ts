import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { isSignedOut, ProblemError } from "./problem";

/** First parts of the cache's keys: what one change makes stale is named by them. */
export const KEY = {
  session: "session",
  setup: "setup",
  overview: "overview",
  events: "events",
  alerts: "alerts",
  entities: "entities",
  intel: "intel",
  rules: "rules",
  patterns: "patterns",
  jobs: "jobs",
  responseRules: "response-rules",
  playbooks: "playbooks",
  runs: "runs",
  policies: "policies",
  tasks: "tasks",
  blocked: "blocked",
  neverBlock: "never-block",
  settings: "response-settings",
  correlation: "correlation-settings",
  whitelists: "whitelists",
  sources: "sources",
  connections: "connections",
  tokens: "tokens",
  users: "users",
  audit: "audit",
} as const;

/** The one query cache. A 401 anywhere empties the session, and the sign-in page shows in place. */
export function createCache(): QueryClient {
  const onError = (error: unknown) => {
    if (isSignedOut(error)) cache.setQueryData([KEY.session], null);
  };
  const cache: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // A refused request stays refused; a broken connection may heal.
        retry: (count, error) => !(error instanceof ProblemError) && count < 2,
      },
    },
  });
  return cache;
}
