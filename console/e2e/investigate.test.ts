// An event as somebody works on it: how it began, why each alert is in it, taking it apart and putting it together,
// handing it on, and saying of an entity that it is malicious.

import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dictionaries, launch, opened, picture } from "./browser";
import { CASTS } from "./setup";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe.each(["en", "zh"] as const)("an event, in %s", (locale) => {
  const t = dictionaries[locale];
  const { web, database, attacker } = CASTS[locale];
  let page: Page;
  let complaints: string[];
  let event = "";
  beforeAll(async () => {
    ({ page, complaints } = await opened(browser, locale));
  });
  afterAll(async () => {
    await page.context().close();
  });

  const graph = () => page.goto(`${event}?tab=graph`);
  const links = () => page.locator("svg [aria-pressed]");
  const body = () => page.locator("body").innerText();

  test("its chain says where it began, and what led to what is read by keyboard", async () => {
    await page.goto(`/events?view=all&entity=${attacker}`);
    await page.getByRole("link").filter({ hasText: web }).first().click();
    await page.waitForURL(/\/events\/evt_/);
    event = new URL(page.url()).pathname;
    await page.getByText(t.event.entry).first().waitFor();
    await page.getByText(t.graph.legend.entry, { exact: true }).waitFor();
    const arrow = page.locator("svg [role=img]").first();
    const why = (await arrow.getAttribute("aria-label")) ?? "";
    await arrow.focus();
    const told = page.locator("section [aria-live=polite]");
    await expect.poll(() => told.innerText()).toContain(t.graph.causal);
    // The label is the sentence that is told: from, to and why.
    expect(why).toContain((await told.locator("strong").first().innerText()).trim());
    await picture(page, `${locale}-event-chain`);
  });

  test("every link of its graph says why it is there", async () => {
    await graph();
    await links().first().waitFor();
    const labels = await links().evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? ""));
    expect(labels.length).toBeGreaterThan(10);
    for (const label of labels) expect(label.split(/[:：]/).pop()?.length).toBeGreaterThan(5);
    for (const link of await page.locator("svg [data-tree=true]").all()) {
      await link.focus();
      await page.keyboard.press("Enter");
      await expect.poll(() => link.getAttribute("aria-pressed")).toBe("true");
    }
    await picture(page, `${locale}-event-graph`);
  });

  test("a link is cut, the rest is an event of its own, and the cut is taken back", async () => {
    const held = page.locator("svg [data-tree=true]");
    await held.last().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: t.graph.cut }).click();
    const dialog = page.getByRole("dialog").filter({ hasText: t.graph.cutTitle });
    await dialog.getByRole("textbox").fill("a test of ours");
    await dialog.getByRole("button", { name: t.graph.cut }).click();
    const split = page.getByRole("dialog").filter({ hasText: t.graph.split(1) });
    await split.waitFor();
    const part = await split.getByRole("link").first().getAttribute("href");
    expect(part).toMatch(/\/events\/evt_/);
    expect(part).not.toBe(event);
    await picture(page, `${locale}-event-split`);
    await graph();
    await page.getByRole("heading", { name: t.graph.cuts }).waitFor();
    expect(await body()).toContain("a test of ours");
    await page.getByRole("button", { name: t.graph.uncut }).click();
    await expect.poll(() => page.getByRole("heading", { name: t.graph.cuts }).count()).toBe(0);
  });

  test("events are merged in the queue by keyboard, and the old address leads to the one that stays", async () => {
    await page.goto("/events?view=all&product=self_hosted/auditd");
    const ids: string[] = [];
    for (const host of [web, database]) {
      const row = page.locator("tr[data-row]").filter({ hasText: host }).first();
      await row.getByRole("checkbox").check();
      ids.push((await row.getAttribute("data-row")) ?? "");
    }
    expect(ids[0]).not.toBe(ids[1]);
    await page.keyboard.press("m");
    const dialog = page.getByRole("dialog").filter({ hasText: t.graph.mergeTitle(2) });
    await dialog.getByRole("textbox").fill("both call the same server");
    await picture(page, `${locale}-events-merge`);
    await dialog.getByRole("button", { name: t.graph.merge, exact: true }).click();
    await page.waitForURL(/\/events\/evt_/);
    event = new URL(page.url()).pathname;
    const stays = event.split("/").pop();
    await page.goto(`/events/${ids.find((id) => id !== stays)}`);
    await page.getByText(t.event.mergedInto).waitFor();
    await page.getByRole("button", { name: t.event.openOther }).click();
    await page.waitForURL(`**${event}`);
    await page.getByRole("tab", { name: t.event.tabs.entities }).click();
    await page.locator("tr[data-row]").filter({ hasText: database }).first().waitFor();
    await picture(page, `${locale}-event-entities`);
  });

  test("it is handed on as each kind of document, in the reader's language", async () => {
    await page.goto(event);
    for (const [format, looks] of Object.entries(DOCUMENTS)) {
      await page.getByRole("button", { name: t.graph.report }).click();
      const item = page.getByRole("menuitem").filter({ hasText: t.graph.formats[format as keyof typeof DOCUMENTS] });
      const [download] = await Promise.all([page.waitForEvent("download"), item.getByRole("link").click()]);
      const text = readFileSync(await download.path(), "utf8");
      looks(text, locale === "zh");
      expect(text).toContain(attacker);
      await page.keyboard.press("Escape");
    }
  });

  test("an entity is called malicious: by whom, when and why; its events show it", async () => {
    await page.goto(`/entities?text=${attacker}`);
    await page.getByRole("link", { name: attacker }).first().click();
    await page.getByRole("button", { name: t.entities.tag }).click();
    const dialog = page.getByRole("dialog").filter({ hasText: t.entities.tagTitle(1) });
    await dialog.getByRole("textbox").fill("seen by a partner");
    await dialog.getByRole("button", { name: t.entities.tag }).click();
    await page.getByRole("button", { name: t.entities.untag }).waitFor();
    await page.getByRole("tab", { name: t.entities.tabs.tags }).click();
    await expect.poll(body).toContain("seen by a partner");
    await picture(page, `${locale}-entity-tags`);
    await page.goto(`${event}?tab=entities`);
    const row = page.locator("tr[data-row]").filter({ hasText: attacker }).first();
    await expect.poll(() => row.innerText()).toContain(t.common.maliciousTag);
    await page.goto(`/entities/ip/${attacker}`);
    await page.getByRole("button", { name: t.entities.untag }).click();
    const again = page.getByRole("dialog").filter({ hasText: t.entities.untagTitle(1) });
    await again.getByRole("textbox").fill("a test");
    await again.getByRole("button", { name: t.entities.untag }).click();
    await page.getByRole("button", { name: t.entities.tag }).waitFor();
    await picture(page, `${locale}-entity`);
  });

  test("similar events say what they share; nothing was complained about", async () => {
    await page.goto(`${event}?tab=similar`);
    await page.getByRole("columnheader", { name: t.event.likeness }).waitFor();
    expect(complaints).toEqual([]);
  });
});

const chinese = /[\u4e00-\u9fff]/;

/** What each document has to look like for those who read it: people, or other tools. */
const DOCUMENTS = {
  html: (text: string, zh: boolean) => {
    expect(text).toMatch(/^<!doctype html>/i);
    expect(text).toContain(zh ? 'lang="zh' : 'lang="en');
  },
  markdown: (text: string, zh: boolean) => {
    expect(text).toMatch(/^# /);
    expect(chinese.test(text)).toBe(zh);
  },
  stix: (text: string) => {
    const bundle = JSON.parse(text) as { type: string; objects: { type: string }[] };
    expect(bundle.type).toBe("bundle");
    expect(bundle.objects.map(({ type }) => type)).toContain("ipv4-addr");
  },
  attack_flow: (text: string) => {
    const { objects } = JSON.parse(text) as { objects: { type: string }[] };
    const types = objects.map(({ type }) => type);
    expect(types).toContain("attack-flow");
    expect(types).toContain("attack-action");
  },
};
