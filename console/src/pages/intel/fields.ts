import type { IntelCredentials, IntelFeed, IntelFeedChange, IntelFeedKind, IntelListLayout, NewIntelFeed } from "../../api/types";

/** The form of a feed. */
export interface Fields {
  name: string;
  kind: IntelFeedKind;
  place: "url" | "path";
  url?: string;
  path?: string;
  credentials: IntelCredentials;
  user?: string;
  secret?: string;
  collection?: string;
  column?: string;
  interval_minutes: number;
  default_confidence: number;
  tag_confidence: number;
}

/** What the form shows first: the feed, or what most feeds are. */
export function filled(feed?: IntelFeed): Fields {
  return {
    name: feed?.name ?? "",
    kind: feed?.kind ?? "taxii",
    place: feed?.path ? "path" : "url",
    url: feed?.url ?? "",
    path: feed?.path ?? "",
    credentials: feed?.credentials ?? "none",
    user: feed?.user ?? "",
    collection: feed?.collection ?? "",
    column: feed?.layout.columns?.value ?? "",
    interval_minutes: feed?.interval_minutes ?? 60,
    default_confidence: feed?.default_confidence ?? 75,
    tag_confidence: feed?.tag_confidence ?? 70,
  };
}

/** What is sent of the form: nothing of fields that do not belong to this kind of feed. */
export function read(fields: Fields, feed?: IntelFeed): IntelFeedChange {
  const overHttp = fields.kind === "taxii" || fields.kind === "misp_feed";
  const byUrl = feed ? Boolean(feed.url) : overHttp || fields.place === "url";
  const byPath = feed ? Boolean(feed.path) : !byUrl;
  return {
    name: fields.name,
    ...(byUrl && { url: fields.url?.trim() ?? "", credentials: fields.credentials }),
    ...(byUrl && fields.credentials !== "none" && { user: fields.user ?? "" }),
    ...(byUrl && fields.secret && { secret: fields.secret }),
    ...(byPath && { path: fields.path?.trim() ?? "" }),
    ...(fields.kind === "taxii" && { collection: fields.collection?.trim() ?? "" }),
    ...(fields.kind === "list" && { layout: layoutOf(fields.column, feed?.layout) }),
    interval_minutes: fields.interval_minutes,
    default_confidence: fields.default_confidence,
    tag_confidence: fields.tag_confidence,
  };
}

/** What is sent to set a feed up: what is left out of a change has no null here. */
export function created(fields: Fields): NewIntelFeed {
  const { credentials, layout, ...rest } = read(fields);
  return {
    ...rest,
    ...(credentials && { credentials }),
    ...(layout && { layout }),
    name: fields.name,
    kind: fields.kind,
  };
}

/** A list with the column of its values; what was set by API about the other columns stays. */
export function layoutOf(column: string | undefined, before?: IntelListLayout): IntelListLayout {
  const value = column?.trim() ?? "";
  return { ...before, columns: value === "" ? null : { ...before?.columns, value } };
}
