import type { EntityKind } from "../api/types";

/** Kinds whose values begin with what they are local to: a host, or the account that owns them. */
const SCOPED: ReadonlySet<string> = new Set<EntityKind>(["host_account", "container", "registry", "oss", "ip"]);
/** Longer paths lose their beginning: what a file is called stands at the end. */
const PATH = 22;

/** An entity as people name it: itself first, then where. Its value in full belongs into a title. */
export function entityLabel({ type, value }: { type: string; value: string }): string {
  const [scope = "", ...rest] = value.split("/");
  const own = rest[rest.length - 1] ?? "";
  if (scope === "" || own === "") return value;
  if (type === "process") return `pid ${own} · ${scope}`;
  if (type === "file") return value.startsWith(`${scope}//`) ? `${ending(value.slice(scope.length + 1))} · ${scope}` : value;
  if (!SCOPED.has(type)) return value;
  return `${type === "ip" ? own : rest.join("/")} · ${scope}`;
}

function ending(path: string): string {
  if (path.length <= PATH) return path;
  const parts = path.split("/");
  let kept = parts.pop() ?? "";
  for (let next = parts.pop(); next !== undefined && kept.length + next.length < PATH; next = parts.pop()) kept = `${next}/${kept}`;
  return `…/${kept}`;
}
