import createClient from "openapi-fetch";
import { ProblemError, problemOf } from "./problem";
import type { paths } from "./schema";

const BASE = "/api/v1";

/** The server's document names full paths; the rest of the console does not repeat the base. */
export type Paths = { [Path in keyof paths as Path extends `${typeof BASE}${infer Rest}` ? Rest : Path]: paths[Path] };

// Both belong to the browser session as a whole, and a request needs them outside of any component.
let csrfToken = "";
let language = "en";

/** Remembers the token every changing request must carry; it comes with the session. */
export function setCsrfToken(token: string) {
  csrfToken = token;
}

/** The language the server writes problem titles in. */
export function setRequestLanguage(locale: string) {
  language = locale;
}

/** The one client: every request of the console goes through it. */
export const client = createClient<Paths>({ baseUrl: BASE });

client.use({
  onRequest({ request }) {
    request.headers.set("accept-language", language);
    if (request.method !== "GET") request.headers.set("x-csrf-token", csrfToken);
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw new ProblemError(await problemOf(response));
  },
});

/** The body of an answer; failures were thrown before it. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  // An answer without content (204) has no data; its type is `unknown`, so undefined is a value of it.
  return (await answer).data as T;
}

/** Opens the live stream of the given topics. */
export function openStream(topics: readonly string[]): EventSource {
  return new EventSource(`${BASE}/stream?topics=${topics.join(",")}`);
}

/** Where a program sends log lines of a product, for the lines users copy. */
export function ingestUrl(product: string): string {
  return `${window.location.origin}${BASE}/ingest/${product}`;
}
