// What a change would do, seen before it is made: a whitelist entry, the settings of correlation, expert patterns; and
// what feeds of others know.

import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dictionaries, launch, opened, picture } from "./browser";
import { CASTS } from "./setup";

const PATTERN = "web_attack_to_reverse_shell";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe.each(["en", "zh"] as const)("tuning, in %s", (locale) => {
  const t = dictionaries[locale];
  const { attacker, control, web } = CASTS[locale];
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    ({ page, complaints } = await opened(browser, locale));
  });
  afterAll(async () => {
    await page.context().close();
  });

  /** Starts the preview that stands in `place`, and waits for what it says. */
  const preview = async (place: Locator | Page, says: string) => {
    await place.getByRole("button", { name: t.tuning.preview, exact: true }).last().click();
    await page.getByText(says).first().waitFor();
  };

  test("a whitelist entry with a formula says which alerts and events it would have hidden", async () => {
    const when = [`attacker.ip|in|${attacker}`, "product|in|self_hosted/nginx", "attacker.ip|in|192.0.2.1", "level|equals|5"];
    const query = when.map((one) => `when=${encodeURIComponent(one)}`).join("&");
    await page.goto(`/whitelist?new=1&${query}`);
    const form = page.getByRole("dialog");
    const formula = form.getByRole("textbox", { name: t.conditions.formula });
    await formula.fill("(1&2|(3&4)");
    await form.getByText(t.conditions.mistakes.expectedClose(11)).waitFor();
    await picture(page, `${locale}-whitelist-mistake`);
    await formula.fill("(1&2)|(3&4)");
    await form.getByRole("button", { name: t.tuning.preview }).click();
    await preview(form, t.tuning.hidden);
    expect(await form.innerText()).toContain(attacker);
    await picture(page, `${locale}-whitelist-preview`);
    await form.getByRole("textbox", { name: t.common.reason }).fill("a test of ours");
    await form.getByRole("button", { name: t.common.save }).click();
    const entry = page.locator("tr[data-row]").filter({ hasText: "a test of ours" });
    await entry.waitFor();
    expect(await entry.innerText()).toContain(attacker);
    await picture(page, `${locale}-whitelist`);
    await entry.getByRole("button", { name: t.whitelist.pause }).click();
    await expect.poll(() => entry.innerText()).toContain(t.whitelist.paused);
    await entry.getByRole("button", { name: t.common.delete }).click();
    await page.getByRole("tooltip").getByRole("button").last().click();
    await expect.poll(() => entry.count()).toBe(0);
  });

  test("settings of correlation are tried on the alerts of the last days, and not saved", async () => {
    await page.goto("/correlation");
    await page.getByRole("button", { name: t.correlation.add }).click();
    await page.getByRole("combobox", { name: t.correlation.type }).click();
    await page.getByTitle(t.words.entity.host, { exact: true }).click();
    await page.getByRole("textbox", { name: t.correlation.value }).fill(web);
    await preview(page, t.tuning.events);
    await page.getByRole("heading", { name: t.tuning.changed }).waitFor();
    await page.getByRole("heading", { name: t.tuning.onlyAfter }).waitFor();
    await picture(page, `${locale}-correlation-preview`);
    await page.reload();
    await page.getByText(t.correlation.none).waitFor();
  });

  test("a pattern is switched off where it is listed, and the settings know it", async () => {
    await page.goto("/rules?origin=patterns");
    const row = page.locator(`tr[data-row=${PATTERN}]`);
    const toggle = row.getByRole("switch");
    await toggle.click();
    await expect.poll(() => toggle.getAttribute("aria-checked")).toBe("false");
    await picture(page, `${locale}-patterns`);
    const title = ((await toggle.getAttribute("aria-label")) ?? "").split(": ").pop() ?? "";
    expect(title.length).toBeGreaterThan(5);
    await page.goto("/correlation");
    await page.locator(".ant-select").filter({ hasText: title }).waitFor();
    await picture(page, `${locale}-correlation`);
    await page.goto("/rules?origin=patterns");
    await toggle.click();
    await expect.poll(() => toggle.getAttribute("aria-checked")).toBe("true");
  });

  test("a table of others is taken in, and knows the address that the shells call", async () => {
    await page.goto("/intel");
    await page.getByRole("button", { name: t.intel.upload }).first().click();
    const dialog = page.getByRole("dialog");
    const buffer = Buffer.from(`address,what\n${control},control server\nnot-an-address,nothing\n`);
    await page.locator("input[type=file]").setInputFiles({ name: `ours-${locale}.csv`, mimeType: "text/csv", buffer });
    await dialog.getByRole("textbox", { name: t.intel.column }).fill("address");
    await picture(page, `${locale}-intel-upload`);
    await dialog.getByRole("button", { name: t.intel.upload, exact: true }).click();
    const row = page.locator("tr[data-row]").filter({ hasText: `ours-${locale}.csv` });
    await row.waitFor();
    await row.getByRole("button", { expanded: false }).first().click();
    await page.getByRole("searchbox", { name: t.intel.lookUp }).fill(control);
    await page.keyboard.press("Enter");
    await page.getByText(t.common.maliciousTag).first().waitFor();
    await picture(page, `${locale}-intel`);
  });

  test("a feed that cannot be reached says why, and is asked again", async () => {
    await page.goto("/intel");
    await page.getByRole("button", { name: t.intel.add }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: t.common.name }).fill(`nobody-${locale}`);
    await dialog.getByRole("textbox", { name: t.intel.url }).fill("https://127.0.0.1:9/taxii2/");
    await dialog.getByRole("button", { name: t.common.save }).click();
    const row = page.locator("tr[data-row]").filter({ hasText: `nobody-${locale}` });
    await expect.poll(() => row.innerText(), { timeout: 20_000 }).toContain(t.intel.states.failing);
    await row.getByRole("button", { expanded: false }).first().click();
    await page.getByText(t.intel.lastError).first().waitFor();
    await row.getByRole("button", { name: t.intel.refresh }).click();
    await picture(page, `${locale}-intel-failed`);
    await row.getByRole("button", { name: t.common.delete }).click();
    await page.getByRole("tooltip").getByRole("button").last().click();
    await expect.poll(() => row.count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
