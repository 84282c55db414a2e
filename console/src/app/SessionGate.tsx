import { lazy, Suspense, type ReactNode } from "react";
import { useSession, useSetupNeeded } from "../api/session";
import { Failure } from "../components/Failure";
import { Loading } from "../components/Loading";

const Login = lazy(() => import("../pages/session/Login"));
const Setup = lazy(() => import("../pages/session/Setup"));

/** Shows the pages to who is signed in. The address stays, so signing in leads back to it. */
export function SessionGate({ children }: { children: ReactNode }) {
  const session = useSession();
  const signedOut = session.data === null;
  const setup = useSetupNeeded(signedOut);
  if (session.data) return children;
  const error = session.error ?? setup.error;
  if (error) return <Failure error={error} onRetry={() => void session.refetch()} page />;
  if (!signedOut || !setup.data) return <Loading page />;
  return <Suspense fallback={<Loading page />}>{setup.data.needed ? <Setup /> : <Login />}</Suspense>;
}
