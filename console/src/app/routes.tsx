import { createBrowserRouter, Navigate } from "react-router";
import { to } from "./paths";
import { Crash, NotFound } from "./Crash";
import { Shell } from "./Shell";

interface PageModule { default: React.ComponentType }

/** A page is downloaded when it is first opened. */
const page = (load: () => Promise<PageModule>) => ({
  lazy: async () => ({ Component: (await load()).default }),
  errorElement: <Crash />,
});

export function createRoutes() {
  return createBrowserRouter([
    {
      element: <Shell />,
      errorElement: <Crash />,
      hydrateFallbackElement: <></>,
      children: [
        { index: true, element: <Navigate to={to.events()} replace /> },
        { path: "overview", ...page(() => import("../pages/overview/Overview")) },
        { path: "events", ...page(() => import("../pages/events/EventQueue")) },
        { path: "events/:id", ...page(() => import("../pages/event/EventPage")) },
        { path: "alerts", ...page(() => import("../pages/alerts/Alerts")) },
        { path: "entities", ...page(() => import("../pages/entities/Entities")) },
        { path: "entities/:type/:value", ...page(() => import("../pages/entity/EntityPage")) },
        { path: "rules", ...page(() => import("../pages/rules/Rules")) },
        { path: "rules/new", ...page(() => import("../pages/rules/RuleEditor")) },
        { path: "rules/:id/edit", ...page(() => import("../pages/rules/RuleEditor")) },
        { path: "response-rules", ...page(() => import("../pages/response-rules/ResponseRules")) },
        { path: "response-rules/new", ...page(() => import("../pages/response-rules/ResponseRulePage")) },
        { path: "response-rules/:id", ...page(() => import("../pages/response-rules/ResponseRulePage")) },
        { path: "disposal", ...page(() => import("../pages/disposal/Disposal")) },
        { path: "sources", ...page(() => import("../pages/sources/Sources")) },
        { path: "sources/new", ...page(() => import("../pages/sources/SourceWizard")) },
        { path: "intel", ...page(() => import("../pages/intel/Intel")) },
        { path: "whitelist", ...page(() => import("../pages/whitelist/Whitelist")) },
        { path: "correlation", ...page(() => import("../pages/correlation/Correlation")) },
        { path: "audit", ...page(() => import("../pages/audit/Audit")) },
        { path: "users", ...page(() => import("../pages/users/Users")) },
        { path: "*", element: <NotFound /> },
      ],
    },
  ]);
}
