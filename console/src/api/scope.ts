import { useQueries } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { useConnections } from "./sources";
import type { Connection, Instance, ScopeMember } from "./types";

export interface Place {
  member: ScopeMember;
  label: string;
}

/** Every place a block can be put: the instances of all connections. */
export function usePlaces(): { places: Place[]; isLoading: boolean; error: Error | null } {
  const connections = useConnections();
  return useQueries({
    queries: (connections.data ?? []).map((connection) => ({
      queryKey: [KEY.connections, "instances", connection.id],
      queryFn: async () => ({
        connection,
        instances: await body(
          client.GET("/connections/{id}/instances", { params: { path: { id: connection.id } } }),
        ),
      }),
      staleTime: 60_000,
    })),
    combine: (answers) => ({
      places: answers.flatMap((answer) => (answer.data ? placesOf(answer.data) : [])),
      isLoading: connections.isLoading || answers.some((answer) => answer.isLoading),
      error: connections.error ?? answers.find((answer) => answer.error)?.error ?? null,
    }),
  });
}

function placesOf({ connection, instances }: { connection: Connection; instances: Instance[] }): Place[] {
  return instances.map(({ instance, title }) => ({
    member: { connection: connection.id, account: connection.account, instance },
    label: `${connection.name} · ${title}`,
  }));
}
