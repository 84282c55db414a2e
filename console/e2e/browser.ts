// A headless Chromium looking at a running server: what people see, and everything the browser complains about.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { en } from "../src/i18n/en";
import { zh } from "../src/i18n/zh";
import type { Dictionary, Locale } from "../src/i18n/dictionary";

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these tests are run by \`cargo xtask test\``);
  return value;
}

export const server = {
  url: variable("CTDR_URL"),
  user: variable("CTDR_USER"),
  password: variable("CTDR_PASSWORD"),
};

export const dictionaries: Record<Locale, Dictionary> = { en, zh };

// Without these, the browser calls home, which a test machine need not allow.
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: variable("CTDR_BROWSER"), args: QUIET });
}

/** A page of a fresh profile, and what it complained about. */
export async function open(browser: Browser, locale: Locale): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    baseURL: server.url,
    locale: locale === "zh" ? "zh-CN" : "en-GB",
    viewport: { width: 1440, height: 900 },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    // The browser logs every answer that is no success; the first look for a session is one.
    const expected = message.text().includes("401");
    if (message.type() === "error" && !expected) complaints.push(message.text());
  });
  return { page, complaints };
}

/** A page of somebody who is in. */
export async function opened(browser: Browser, locale: Locale): Promise<{ page: Page; complaints: string[] }> {
  const fresh = await open(browser, locale);
  await signIn(fresh.page, locale);
  await fresh.page.getByRole("link", { name: dictionaries[locale].shell.nav.events }).first().waitFor();
  return fresh;
}

export async function signIn(page: Page, locale: Locale, password = server.password): Promise<void> {
  const t = dictionaries[locale].session;
  await page.goto("/");
  await page.getByLabel(t.username).fill(server.user);
  await page.getByLabel(t.password, { exact: true }).fill(password);
  await page.getByRole("button", { name: t.signIn }).click();
}

/** Pictures for people to look at, where a folder is named for them. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.CTDR_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** What an administrator's browser sends to the API. */
export async function send(page: Page, path: string, body: string, type = "application/json"): Promise<number> {
  return page.evaluate(
    async ([to, text, contentType]) => {
      const session = (await (await fetch("/api/v1/session")).json()) as { csrf_token: string };
      const headers = { "content-type": contentType, "x-csrf-token": session.csrf_token };
      return (await fetch(`/api/v1${to}`, { method: "POST", headers, body: text })).status;
    },
    [path, body, type] as const,
  );
}
