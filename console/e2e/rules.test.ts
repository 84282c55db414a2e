// A rule of one's own, from the first line to its first alert: written, tested, explained, saved, switched on.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dictionaries, launch, open, picture, send, signIn } from "./browser";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
  // The log that the rules read. Where it is connected already, the server says so, and that is as well.
  const { page } = await open(browser, "en");
  await signIn(page, "en");
  await page.getByRole("link", { name: dictionaries.en.shell.nav.events }).first().waitFor();
  const source = { product: "self_hosted/nginx", method: "push", config: {} };
  expect([200, 409]).toContain(await send(page, "/sources", JSON.stringify(source)));
  await page.context().close();
});
afterAll(async () => {
  await browser.close();
});

const RULES = {
  en: { id: "0f4ad2f5-5e0c-4d5b-8a8b-6b3e4d1f7a01", title: "Cellar door asked for", path: "/cellar-door", client: "198.51.100.71" },
  zh: { id: "0f4ad2f5-5e0c-4d5b-8a8b-6b3e4d1f7a02", title: "Garden gate asked for", path: "/garden-gate", client: "198.51.100.72" },
} as const;

type Wanted = (typeof RULES)["en" | "zh"];

const log = ({ client }: Wanted, path: string) =>
  `${client} - - [${stamp()}] "GET ${path} HTTP/1.1" 200 15 "-" "curl/8.5.0"`;

/** Now, as access logs write it. */
function stamp(): string {
  const [, day, month, year, time] = new Date().toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}

const ruleText = (wanted: Wanted) => `title: ${wanted.title}
id: ${wanted.id}
logsource: {product: nginx, service: access}
detection:
  asked:
    http_request.url.path: ${wanted.path}
  condition: asked
level: low
ctdr:
  category: abnormal_web_access
  aggregation: window
  entities:
    - {type: ip, field: src_endpoint.ip, role: attacker}
  tests:
    - name: it is asked for
      source: self_hosted/nginx
      logs: ['${log(wanted, wanted.path)}']
      alerts: 1
`;

describe.each(["en", "zh"] as const)("a rule of one's own, in %s", (locale) => {
  const t = dictionaries[locale];
  const wanted = RULES[locale];
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

  test("a mistake shows at its line while one writes", async () => {
    await page.goto("/rules/new");
    await page.getByRole("searchbox", { name: t.rules.pickSearch }).fill("nginx");
    await page.getByRole("list", { name: t.common.product }).getByRole("link").first().click();
    await expect.poll(() => page.getByLabel(t.rules.text).inputValue()).toContain("source: self_hosted/nginx");
    const text = ruleText(wanted);
    await page.getByLabel(t.rules.text).fill(text.replace("url.path:", "url.path|startwith:"));
    const problem = page.getByRole("button").filter({ hasText: "startwith" });
    await problem.first().waitFor();
    expect(await problem.first().innerText()).toContain("6:");
    expect(await page.locator("ol [data-wrong=true]").innerText()).toBe("6");
    expect(await problem.first().innerText()).toContain(t.findings.mistakes.unknownWordNear("startwith", "startswith"));
    expect(await page.locator("pre [data-severity=error]").innerText()).toBe("startwith");
    await problem.first().click();
    expect(await page.getByRole("tooltip").innerText()).toContain("startwith");
    await picture(page, `${locale}-rule-problem`);
    await page.getByLabel(t.rules.text).fill(text);
    await expect.poll(() => page.getByText("startwith").count()).toBe(0);
  });

  test("its tests run, and a log is explained selection by selection", async () => {
    await page.getByRole("tab", { name: t.rules.editorTabs.test, exact: true }).click();
    await page.getByRole("button", { name: t.rules.runTests }).click();
    await page.getByText(t.rules.testsPass(1)).waitFor();
    await picture(page, `${locale}-rule-test`);
    await page.getByRole("tab", { name: t.rules.editorTabs.explain, exact: true }).click();
    const explain = async (raw: string, verdict: string) => {
      await page.getByRole("textbox", { name: t.rules.explainLog, exact: true }).fill(raw);
      const run = page.getByRole("tabpanel").getByRole("button").filter({ hasText: t.rules.explainRun.slice(0, 1) });
      await run.first().click();
      await page.getByText(verdict).waitFor();
    };
    await explain(log(wanted, "/front-door"), t.rules.matchesNot);
    expect(await page.getByRole("tabpanel").innerText()).toContain("/front-door");
    await picture(page, `${locale}-rule-explain`);
    await explain(log(wanted, wanted.path), t.rules.matches);
  });

  test("it is saved, switched on by keyboard, and raises its alert", async () => {
    await page.getByRole("button", { name: t.common.save }).click();
    await page.waitForURL(/\/rules\?/);
    const row = page.locator("tr[data-row]").filter({ hasText: wanted.title });
    await row.waitFor();
    await row.getByRole("checkbox").check();
    await picture(page, `${locale}-rules-selected`);
    await page.keyboard.press("e");
    await expect.poll(() => row.getByRole("switch").getAttribute("aria-checked")).toBe("true");
    expect(await send(page, "/ingest/self_hosted/nginx", log(wanted, wanted.path), "application/x-ndjson")).toBe(200);
    await expect
      .poll(
        async () => {
          await page.goto(`/alerts?tab=custom&rule=${wanted.id}`);
          await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
          return page.locator("tbody").innerText();
        },
        { timeout: 20_000 },
      )
      .toContain(wanted.client);
    expect(complaints).toEqual([]);
  });

  test("it is tried on what came in", async () => {
    await page.goto(`/rules/${wanted.id}/edit`);
    await page.getByRole("tab", { name: t.rules.editorTabs.backtest, exact: true }).click();
    await page.getByRole("spinbutton", { name: t.rules.backtestBudget }).fill("0");
    await page.getByRole("button", { name: t.rules.backtestRun }).click();
    await page.getByText(t.rules.budgetExceeded(1, 0)).waitFor();
    expect(await page.getByRole("tabpanel").innerText()).toContain(`ip:${wanted.client}`);
    expect(await page.getByRole("progressbar").count()).toBe(0);
    await picture(page, `${locale}-rule-backtest`);
    // What came of it is still there after a change, said to be of the text before, and after a look elsewhere.
    await page.getByLabel(t.rules.text).fill(`${ruleText(wanted)}# a note\n`);
    await page.getByText(t.rules.backtestChanged).waitFor();
    await page.getByRole("button", { name: t.common.cancel, exact: true }).click();
    await page.waitForURL(/\/rules\?/);
    await page.goBack();
    await page.getByRole("tab", { name: t.rules.editorTabs.backtest, exact: true }).click();
    await page.getByText(t.rules.budgetExceeded(1, 0)).waitFor();
  });

  test("another level is tried on the events of the last days, and not saved", async () => {
    await page.goto(`/rules/${wanted.id}/edit`);
    await page.getByLabel(t.rules.text).fill(ruleText(wanted).replace("level: low", "level: high"));
    await page.getByRole("tab", { name: t.rules.editorTabs.events, exact: true }).click();
    await page.getByRole("tabpanel").getByRole("button", { name: t.tuning.preview, exact: true }).click();
    await page.getByRole("heading", { name: t.tuning.changed }).waitFor({ timeout: 30_000 });
    const told = await page.getByRole("tabpanel").innerText();
    expect(told).toContain(t.words.level[2]);
    expect(told).toContain(t.words.level[4]);
    await picture(page, `${locale}-rule-events`);
  });

  test("a stored rule is tried from its drawer, by keyboard", async () => {
    await page.goto(`/rules?origin=custom&rule=${wanted.id}`);
    const drawer = page.getByRole("dialog");
    const folded = drawer.getByRole("button", { expanded: false });
    await folded.filter({ hasText: t.rules.editorTabs.backtest }).focus();
    await page.keyboard.press("Enter");
    await drawer.getByRole("button", { name: t.rules.backtestRun }).focus();
    await page.keyboard.press("Enter");
    await drawer.getByText(`ip:${wanted.client}`).waitFor();
  });

  test("its alert is explained by the rule, below the record", async () => {
    await page.goto(`/alerts?tab=custom&rule=${wanted.id}`);
    // In the middle of a row stands an entity, which has a menu of its own.
    await page.locator("tr[data-row]").filter({ hasText: wanted.client }).getByText(wanted.title).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("button", { name: t.alerts.explain, exact: true }).click();
    await drawer.getByText(t.rules.matches).waitFor();
    expect(await drawer.innerText()).toContain(t.rules.holds);
    await picture(page, `${locale}-alert-explained`);
    await drawer.getByRole("button", { name: t.alerts.explainHide, exact: true }).click();
    await drawer.getByText(t.rules.matches).waitFor({ state: "hidden" });
  });

  test("a file of rules says what became of each", async () => {
    await page.goto("/rules?origin=custom");
    await page.getByRole("button", { name: t.rules.import }).click();
    const text = `${ruleText(wanted)}---\n${ruleText(wanted).replace("0f4ad2f5", "1f4ad2f5").replace("level: low", "level: lowest")}`;
    const file = { name: "two.yml", mimeType: "application/yaml", buffer: Buffer.from(text) };
    await page.locator("input[type=file]").setInputFiles(file);
    await page.getByText(t.rules.importFile(0, 2)).waitFor();
    const dialog = page.getByRole("dialog");
    await expect.poll(() => dialog.innerText()).toContain(wanted.id);
    expect(await dialog.innerText()).toContain("lowest");
    await picture(page, `${locale}-rule-import`);
  });

  test("it is deleted by keyboard, after a question", async () => {
    await page.goto("/rules?origin=custom");
    const row = page.locator("tr[data-row]").filter({ hasText: wanted.title });
    await row.getByRole("checkbox").check();
    await page.keyboard.press("Delete");
    const question = page.getByRole("dialog").filter({ hasText: t.rules.deleteMany(1) });
    await question.waitFor();
    await picture(page, `${locale}-rules-delete`);
    await question.locator(".ant-btn-dangerous").click();
    await expect.poll(() => row.count()).toBe(0);
  });
});
