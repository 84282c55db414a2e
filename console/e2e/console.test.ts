// The real binary, after a real attack, as people look at it: in both languages.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dictionaries, launch, open, picture, server, signIn } from "./browser";

const ATTACKER = "203.0.113.7";
const PAGES = [
  "/overview",
  "/events",
  "/alerts",
  "/entities",
  "/rules",
  "/rules?origin=patterns&pattern=guessed_password_to_miner",
  "/response-rules",
  "/disposal",
  "/disposal?tab=tasks",
  "/sources",
  "/intel",
  "/whitelist",
  "/correlation",
  "/audit",
  "/users",
];

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

async function attackEvent(page: Page): Promise<void> {
  await page.goto("/events");
  await page.getByText(ATTACKER).first().waitFor();
}

describe("before signing in", () => {
  test("the server answers with the application, and lets nothing else be loaded", async () => {
    const answer = await fetch(server.url);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<div id="root">');
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  test("a wrong password is refused", async () => {
    const { page } = await open(browser, "en");
    await signIn(page, "en", "not the password");
    await page.getByRole("alert").first().waitFor();
    expect(await page.getByRole("button", { name: dictionaries.en.session.signIn }).isVisible()).toBe(true);
    await page.context().close();
  });
});

describe.each(["en", "zh"] as const)("in %s", (locale) => {
  const t = dictionaries[locale];
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    ({ page, complaints } = await open(browser, locale));
    await signIn(page, locale);
    await page.getByRole("link", { name: t.shell.nav.events }).first().waitFor();
  });
  afterAll(async () => {
    await page.context().close();
  });

  test("every page shows, and the browser has nothing to complain about", async () => {
    for (const path of PAGES) {
      await page.goto(path);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
      await picture(page, `${locale}-${path.replaceAll(/[/?=&]/g, "-").slice(1)}`);
    }
    expect(complaints).toEqual([]);
  });

  test("the queue is worked by keyboard", async () => {
    await attackEvent(page);
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/events\/evt_/);
    await page.getByRole("tab", { name: t.event.tabs.chain }).waitFor();
  });

  test("an event shows its chain, and why each alert belongs to it", async () => {
    await attackEvent(page);
    await page.getByRole("link").filter({ hasText: ATTACKER }).first().click();
    await page.getByRole("tab", { name: t.event.tabs.chain }).waitFor();
    const body = page.locator("body");
    await expect.poll(() => body.innerText()).toContain(ATTACKER);
    await picture(page, `${locale}-event`);
    await page.getByRole("tab", { name: t.event.tabs.alerts }).click();
    const sentence = locale === "en" ? "first alert of this event" : "首个告警";
    await expect.poll(() => body.innerText()).toContain(sentence);
    await picture(page, `${locale}-event-alerts`);
  });

  test("an alert marks in the raw log what its rule matched", async () => {
    await page.goto("/alerts");
    await page.locator("tbody tr[data-row] td").first().click();
    await page.locator("pre mark").first().waitFor();
    expect((await page.locator("pre mark").first().innerText()).length).toBeGreaterThan(0);
    await picture(page, `${locale}-alert`);
    await page.keyboard.press("Escape");
  });

  test("the Disposal Center holds the block", async () => {
    await page.goto("/disposal?tab=tasks");
    await page.getByText(ATTACKER).first().waitFor();
    const blocked = t.words.task.blocked;
    await expect.poll(() => page.locator("tbody").innerText()).toContain(blocked);
  });
});

describe("what people change", () => {
  const t = dictionaries.en;
  let page: Page;
  beforeAll(async () => {
    ({ page } = await open(browser, "en"));
    await signIn(page, "en");
    await page.getByRole("link", { name: t.shell.nav.events }).first().waitFor();
  });
  afterAll(async () => {
    await page.context().close();
  });

  test("a rule is found, switched off, and stays off", async () => {
    await page.goto("/rules?text=Web+shell+upload+seen");
    const toggle = page.locator("tr").filter({ hasText: "alibaba/waf" }).getByRole("switch");
    await toggle.waitFor();
    expect(await toggle.getAttribute("aria-checked")).toBe("true");
    await toggle.click();
    await expect.poll(() => toggle.getAttribute("aria-checked")).toBe("false");
    await page.reload();
    await toggle.waitFor();
    expect(await toggle.getAttribute("aria-checked")).toBe("false");
  });

  test("an undone block is lifted", async () => {
    await page.goto("/disposal");
    await page.getByText(ATTACKER).first().waitFor();
    await page.getByRole("button", { name: t.disposal.undo }).first().click();
    await page.getByRole("dialog").or(page.getByRole("tooltip")).getByRole("button").last().click();
    await page.goto("/disposal?tab=tasks");
    await expect.poll(() => page.locator("tbody").innerText(), { timeout: 15_000 }).toContain(t.words.task.ended);
  });
});
