import type { IntelFeed } from "../../api/types";
import type { Tone } from "../../components/Status";

export type FeedState = "off" | "refreshing" | "failing" | "waiting" | "partly" | "good";

const TONES: Record<FeedState, Tone> = {
  off: "idle",
  refreshing: "busy",
  failing: "bad",
  waiting: "busy",
  partly: "warn",
  good: "good",
};

type Shown = Pick<IntelFeed, "enabled" | "refreshing" | "last_error" | "last_good" | "problems" | "indicators">;

/** How a feed is doing, the worst first. One with a few bad lines among many good ones is good. */
export function state(feed: Shown): { code: FeedState; tone: Tone } {
  const code = codeOf(feed);
  return { code, tone: TONES[code] };
}

function codeOf(feed: Shown): FeedState {
  if (feed.refreshing) return "refreshing";
  if (!feed.enabled) return "off";
  if (feed.last_error) return "failing";
  if (!feed.last_good) return "waiting";
  return feed.problems * 10 > feed.indicators ? "partly" : "good";
}
