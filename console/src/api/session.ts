import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client, setCsrfToken } from "./client";
import { isSignedOut } from "./problem";
import type { RoleName, Session } from "./types";

async function fetchSession(): Promise<Session | null> {
  try {
    const session = await body(client.GET("/session"));
    setCsrfToken(session.csrf_token);
    return session;
  } catch (error) {
    if (isSignedOut(error)) return null;
    throw error;
  }
}

/** Who is signed in; null when nobody is. */
export function useSession() {
  return useQuery({ queryKey: [KEY.session], queryFn: fetchSession, staleTime: Infinity });
}

/** Whether this server still waits for its first user. */
export function useSetupNeeded(enabled: boolean) {
  return useQuery({
    queryKey: [KEY.setup],
    queryFn: () => body(client.GET("/setup")),
    enabled,
    staleTime: Infinity,
  });
}

function useSignedIn() {
  const cache = useQueryClient();
  return (session: Session) => {
    setCsrfToken(session.csrf_token);
    cache.setQueryData([KEY.setup], { needed: false });
    cache.setQueryData([KEY.session], session);
  };
}

export function useLogin() {
  const onSuccess = useSignedIn();
  return useMutation({
    mutationFn: (input: { username: string; password: string }) => body(client.POST("/session", { body: input })),
    onSuccess,
  });
}

export function useSetup() {
  const onSuccess = useSignedIn();
  return useMutation({
    mutationFn: (input: { token: string; username: string; password: string }) =>
      body(client.POST("/setup", { body: input })),
    onSuccess,
  });
}

export function useLogout() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => body(client.DELETE("/session")),
    onSuccess: () => {
      cache.clear();
      cache.setQueryData([KEY.session], null);
    },
  });
}

const RANK: Record<RoleName, number> = { viewer: 0, responder: 1, admin: 2 };

/** Whether the person signed in may do what `role` may. The server decides; this only greys buttons out. */
export function useMay(role: RoleName): boolean {
  const { data } = useSession();
  return data ? RANK[data.user.role] >= RANK[role] : false;
}
