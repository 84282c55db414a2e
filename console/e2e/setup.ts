// Before all tests: two more attacks than the server has seen, told to it as logs of its hosts. One for each language,
// because the tests take them apart and put them together again.

import { breakIn, type Cast, type Line } from "./story";

export const CASTS: Record<"en" | "zh", Cast> = {
  en: {
    web: "web-1",
    database: "db-1",
    attacker: "198.51.100.81",
    guesser: "198.51.100.91",
    control: "203.0.113.81",
  },
  zh: {
    web: "web-2",
    database: "db-2",
    attacker: "198.51.100.82",
    guesser: "198.51.100.92",
    control: "203.0.113.82",
  },
};

/** Where the database is broken into, half an hour of story is over. */
const AGO = 30 * 60 * 1000;

type Send = (path: string, body: string, type?: string) => Promise<Response>;

async function signedIn(): Promise<Send> {
  const { CTDR_URL: url = "", CTDR_USER: username = "", CTDR_PASSWORD: password = "" } = process.env;
  const login = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  if (!login.ok) throw new Error(`cannot sign in at \`${url}\`: ${login.status}`);
  const cookie = login.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
  const { csrf_token } = (await login.json()) as { csrf_token: string };
  return (path, body, type = "application/json") =>
    fetch(`${url}/api/v1${path}`, {
      method: "POST",
      headers: { "content-type": type, "x-csrf-token": csrf_token, cookie },
      body,
    });
}

export default async function setup() {
  const send = await signedIn();
  const now = Date.now();
  const lines = Object.values(CASTS).flatMap((cast) => breakIn(cast, now - AGO));
  for (const product of new Set(lines.map((line) => line.product))) {
    const made = await send("/sources", JSON.stringify({ product, method: "push", config: {} }));
    if (!made.ok && made.status !== 409) throw new Error(`cannot connect \`${product}\`: ${await made.text()}`);
  }
  await accepted(send("/rules:enable-connected", "{}"));
  // In the order it happened, a run of lines of one source at a time.
  for (const { product, logs } of runs(lines)) await accepted(send(`/ingest/${product}`, logs.join("\n"), "application/x-ndjson"));
}

async function accepted(answer: Promise<Response>): Promise<void> {
  const { ok, status, url } = await answer;
  if (!ok) throw new Error(`\`${url}\` answered ${status}`);
}

function runs(lines: Line[]): { product: string; logs: string[] }[] {
  const found: { product: string; logs: string[] }[] = [];
  for (const { product, log } of lines) {
    const last = found[found.length - 1];
    if (last?.product === product) last.logs.push(log);
    else found.push({ product, logs: [log] });
  }
  return found;
}
