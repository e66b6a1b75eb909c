import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../../core/test/chromium.js";
import type { RunningServer } from "../src/index.js";
import { forgetfulTiny, runTiny } from "./running.js";

const executablePath = findChromium();
/** The script that judges a page (https://github.com/dequelabs/axe-core). */
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const where = executablePath === undefined ? "a browser: SKIPPED, no Chromium is installed" : "Chromium";

/** Presses Tab until the element has the focus: what cannot be reached so fails. */
async function tabTo(page: Page, id: string): Promise<void> {
  for (let i = 0; i < 40; i++) {
    if ((await page.evaluate("document.activeElement.id")) === id) {
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`#${id} is not reached with the keyboard.`);
}

async function retype(page: Page, text: string): Promise<void> {
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}

describe.skipIf(executablePath === undefined)(`the playground in ${where}`, () => {
  const folder = forgetfulTiny();
  let server: RunningServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await runTiny({
      models: [{ source: folder, id: "tiny", options: { threads: 1, spinning: false } }],
      apiKeys: ["secret"],
    });
    // Chromium's sandbox does not run as root.
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    browser = await chromium.launch({ executablePath: executablePath!, args });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  it("is used with the keyboard alone: a key, a schema mended, a run, its tokens, a stop", async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    // The refusals without a key, and of a wrong schema, are what is tested.
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of 40[01]/.test(message.text())) errors.push(message.text());
    });
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== "data:" && origin !== server.url) elsewhere.push(request.url());
    });
    await page.goto(server.url);
    await page.locator("#run-status", { hasText: "API key" }).waitFor();
    await tabTo(page, "key");
    await page.keyboard.insertText("secret");
    await page.keyboard.press("Tab");
    await page.locator("#model option").waitFor({ state: "attached" });

    await tabTo(page, "prompt");
    await retype(page, "x");
    await tabTo(page, "schema");
    await retype(page, '{"properties":{"a":{"minimum":"1"}}}');
    await page.locator("#schema-status.bad", { hasText: "/properties/a, keyword minimum" }).waitFor();
    expect(await page.getAttribute("#schema", "aria-invalid")).toBe("true");
    await retype(
      page,
      '{"type":"object","properties":{"a":{"type":"boolean"}},"required":["a"],"additionalProperties":false}',
    );
    await page.locator("#schema-status.good", { hasText: "required" }).waitFor();
    expect(await page.getAttribute("#schema", "aria-invalid")).toBe("false");
    await tabTo(page, "max-tokens");
    await retype(page, "60");

    await page.keyboard.press("Control+Enter");
    await page.locator("#run-status.good", { hasText: "Done:" }).waitFor();
    const text = (await page.textContent("#tokens"))!;
    expect(typeof JSON.parse(text).a).toBe("boolean");
    expect(await page.textContent("#timings")).toContain("Mask per token");

    await tabTo(page, "measure");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("option");
    await page.locator("#detail", { hasText: "Allowed" }).waitFor();
    const first = await page.textContent("#detail code");
    await page.keyboard.press("End");
    expect(await page.textContent("#detail code")).not.toBe(first);
    expect(await page.locator('.token[aria-selected="true"]').count()).toBe(1);

    await page.locator("#curl-details summary").focus();
    await page.keyboard.press("Enter");
    const curl = (await page.textContent("#curl"))!.replaceAll("\n", " ");
    expect(curl).toContain("Bearer $GRAMMASK_API_KEY");
    const body = JSON.parse(/-d '(.*)'$/.exec(curl)![1]!);
    expect(body).toMatchObject({ model: "tiny", max_tokens: 60 });
    expect(body.response_format.json_schema.schema.required).toEqual(["a"]);

    await page.locator("#schema").focus();
    await retype(page, '{"type":"string","pattern":"^[ab]{200}$"}');
    await page.locator("#schema-status.good", { hasText: "pattern" }).waitFor();
    await tabTo(page, "max-tokens");
    await retype(page, "210");
    // Pressed at the first token, by the page itself: from here it might come after the last one.
    await page.evaluate(`new MutationObserver(() => {
      if (document.querySelector(".token")) document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    }).observe(document.getElementById("tokens"), { childList: true })`);
    await page.keyboard.press("Control+Enter");
    await page.locator("#run-status", { hasText: /Stopped after \d+ tokens/ }).waitFor();
    expect(await page.isEnabled("#run")).toBe(true);
    expect(errors).toEqual([]);
    expect(elsewhere).toEqual([]);
    await page.close();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`can be used by everybody, as axe judges it: ${colorScheme}`, async () => {
      const page = await browser.newPage({ colorScheme });
      await page.goto(server.url);
      const judge = async () => {
        const { violations } = await page.evaluate<AxeResults>("axe.run()");
        return violations.flatMap(({ id, nodes }) =>
          nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary}`),
        );
      };
      await page.evaluate(AXE);
      await page.locator("#run-status.bad").waitFor();
      expect(await judge()).toEqual([]);
      await page.fill("#key", "secret");
      await page.press("#key", "Tab");
      await page.locator("#model option").waitFor({ state: "attached" });
      await page.fill("#prompt", "x");
      await page.fill("#schema", '{"type":"object","properties":{"a":{"type":"boolean"}},"required":["a"]}');
      await page.locator("#schema-status.good").waitFor();
      await page.fill("#max-tokens", "60");
      await page.click("#run");
      await page.locator("#run-status.good", { hasText: "Done:" }).waitFor();
      await page.focus(".token");
      await page.click("#curl-details summary");
      await page.click("#typescript-details summary");
      expect(await judge()).toEqual([]);
      await page.close();
    });
  }

  it("has a name for each control", async () => {
    const page = await browser.newPage();
    await page.goto(server.url);
    const unnamed = await page.evaluate(`
      [...document.querySelectorAll("select, input, textarea, button, summary, [role=listbox]")]
        .filter((each) => !(each.labels?.length || each.getAttribute("aria-label") || each.textContent.trim()))
        .map((each) => each.outerHTML)`);
    expect(unnamed).toEqual([]);
    await page.close();
  });
});
