import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, type Rolldown } from "vite";
import { describe, expect, it } from "vitest";
import { compileJsonSchema, Matcher, Vocabulary } from "../src/index.js";
import { findChromium } from "./chromium.js";

const ORIGIN = "http://core.test/";
const tokenizer = readFileSync(
  new URL("../../../models/smollm2-135m-instruct/tokenizer.json", import.meta.url),
  "utf8",
);
const schema = JSON.stringify({
  type: "object",
  properties: { name: { type: "string", pattern: "^[A-Z]" }, age: { type: "integer", minimum: 18 } },
  required: ["name", "age"],
  additionalProperties: false,
});
const PREFIXES = ["", '{"name": "', '{"name": "Maria", "age": ', '{"name": "Maria", "age": 34'];

type Core = typeof import("../src/index.js");

/** The masks behind some texts, as numbers. Runs in Node and in the page: it must not use anything around it. */
async function masks(core: Core, tokenizerJson: string, schemaText: string, prefixes: string[]) {
  const vocabulary = core.Vocabulary.fromTokenizerJson(tokenizerJson, { eosTokenIds: [2] });
  const matcher = new core.Matcher(core.compileJsonSchema(schemaText), vocabulary);
  return prefixes.map((text) => {
    matcher.reset();
    const accepted = matcher.acceptBytes(new TextEncoder().encode(text));
    return { accepted, complete: matcher.isComplete, words: [...matcher.mask().words] };
  });
}

/** The package and its parsers in one file, as an application's bundler makes it, without anything of Node. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: "error",
    build: { write: false, minify: false, lib: { entry, formats: ["es"], fileName: "core" } },
  });
  return (result as Rolldown.RolldownOutput[])[0]!.output[0].code;
}

const executablePath = findChromium();
const where = executablePath === undefined ? "a browser: SKIPPED, no Chromium is installed" : "Chromium";

describe.skipIf(executablePath === undefined)(`in ${where}`, () => {
  it("loads a tokenizer, compiles a schema and computes the masks that Node computes", async () => {
    const code = await bundle();
    const browser = await chromium.launch({
      executablePath: executablePath!,
      // Chromium's sandbox does not run as root.
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.route(`${ORIGIN}**`, (route) =>
        route.request().url().endsWith("/core.js")
          ? route.fulfill({ contentType: "text/javascript", body: code })
          : route.fulfill({ contentType: "text/html", body: "<!doctype html><title>core</title>" }),
      );
      await page.goto(ORIGIN);
      const inPage = await page.evaluate(
        `import("/core.js").then((core) => (${masks})(core, ...${JSON.stringify([tokenizer, schema, PREFIXES])}))`,
      );
      const inNode = await masks(
        { compileJsonSchema, Matcher, Vocabulary } as Core,
        tokenizer,
        schema,
        PREFIXES,
      );
      expect(errors).toEqual([]);
      expect(inNode.map(({ accepted }) => accepted)).toEqual([true, true, true, true]);
      expect(inPage).toEqual(inNode);
    } finally {
      await browser.close();
    }
  });
});
