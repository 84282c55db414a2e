import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useState } from "react";
import { KEY } from "./cache";
import { openStream } from "./client";
import { eventKey } from "./events";

export type Connection = "connecting" | "open" | "lost";

export interface Live {
  connection: Connection;
  /** Ids of events that opened or changed since the queue was last read. */
  freshEvents: ReadonlySet<string>;
  seeEvents: () => void;
}

export const LiveContext = createContext<Live>({
  connection: "connecting",
  freshEvents: new Set(),
  seeEvents: () => undefined,
});

/** The live state of the console, kept by its shell. */
export const useLive = () => use(LiveContext);

const TOPICS = ["event", "alert", "policy", "task", "source"] as const;
/** Messages are gathered this long, so that a burst refreshes a page once. */
const GATHER_MS = 800;

interface Message { topic: (typeof TOPICS)[number]; id: string; kind: string }

/** Holds the stream open and turns its messages into stale queries. */
export function useLiveStream(): Live {
  const cache = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");
  const [freshEvents, setFresh] = useState<ReadonlySet<string>>(new Set());

  useEffect(() => {
    const stream = openStream(TOPICS);
    let gathered: Message[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      const messages = gathered;
      gathered = [];
      const events = messages.filter((message) => message.topic === "event").map((message) => message.id);
      if (events.length > 0) setFresh((before) => new Set([...before, ...events]));
      refresh(cache, messages);
    };
    for (const topic of TOPICS) {
      stream.addEventListener(topic, (message) => {
        const { id, kind } = JSON.parse(message.data as string) as { id: string; kind: string };
        gathered.push({ topic, id, kind });
        timer ??= setTimeout(flush, GATHER_MS);
      });
    }
    // The server could not remember all that was missed.
    stream.addEventListener("reload", () => void cache.invalidateQueries());
    stream.onopen = () => setConnection("open");
    // The browser connects again by itself, with the id of the last message it saw.
    stream.onerror = () => setConnection("lost");
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, [cache]);

  return { connection, freshEvents, seeEvents: () => setFresh(new Set()) };
}

/** The list of events is left alone: rows must not move under the reader's hand. */
function refresh(cache: QueryClient, messages: Message[]) {
  const stale = (key: readonly unknown[]) => void cache.invalidateQueries({ queryKey: key });
  const topics = new Set(messages.map((message) => message.topic));
  for (const message of messages) if (message.topic === "event") stale(eventKey(message.id));
  if (topics.has("event") || topics.has("policy") || topics.has("task")) stale([KEY.overview]);
  if (topics.has("policy") || topics.has("task")) {
    for (const key of [KEY.policies, KEY.tasks, KEY.runs, KEY.blocked]) stale([key]);
  }
  if (topics.has("source")) stale([KEY.sources]);
}
