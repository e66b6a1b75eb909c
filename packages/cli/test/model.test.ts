import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fixture, runCli } from "./run-cli.js";

// With the bundled model.
const generate = ["generate", "--schema", fixture("person.json"), "--max-tokens", "100"];
const prompt = "Ada Lovelace is 36 years old. Answer with her name and age as JSON.";

function expectPerson(text: string): void {
  const value = JSON.parse(text) as { name: unknown; age: unknown };
  expect(Object.keys(value)).toEqual(["name", "age"]);
  expect(value.name).toBeTypeOf("string");
  expect(Number.isInteger(value.age)).toBe(true);
}

test("the JSON alone is on stdout", async () => {
  const { code, stdout, stderr } = await runCli([...generate, "--prompt", prompt, "--stats"]);
  expect(code).toBe(0);
  expectPerson(stdout);
  expect(stderr).toMatch(/prompt +\d+ tokens/);
  expect(stderr).toMatch(/tokens\/s/);
  expect(stderr).toMatch(/steps +\d+: \d+ tokens forced/);
  expect(stderr).toMatch(/pressure +removed \d+\.\d+ % of the probability/);
});

test("--html writes one page with each token, its alternatives and each value", async () => {
  const folder = await mkdtemp(join(tmpdir(), "grammask-"));
  try {
    const file = join(folder, "report.html");
    const { code, stdout, stderr } = await runCli([...generate, "--prompt", prompt, "--html", file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const page = await readFile(file, "utf8");
    // Nothing is fetched.
    expect(page).not.toMatch(/https?:|src=|<link/);
    const spans = [...page.matchAll(/<span class="token[^>]*>([^<]*)<\/span>/g)].map((match) => match[1]);
    const plain = spans.join("").replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    expect(`${plain}\n`).toBe(stdout);
    const data = JSON.parse(/<script type="application\/json"[^>]*>(.*)<\/script>/.exec(page)![1]!);
    expect(data).toHaveLength(spans.length);
    for (const { alternatives, removedTokens, removed } of data) {
      expect(alternatives.length + removedTokens.length).toBeGreaterThan(1);
      expect(removed).toBeGreaterThanOrEqual(0);
    }
    expect(page).toContain("<code>/name</code>");
    const wrong = await runCli([...generate, "--prompt", prompt, "--html", join(folder, "no", "x.html")]);
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the prompt comes from stdin, a file, or both; --stream writes the same text", async () => {
  const piped = await runCli(generate, { input: prompt });
  const streamed = await runCli([...generate, "--prompt", prompt, "--stream"]);
  expect(piped).toEqual({ code: 0, stdout: streamed.stdout, stderr: "" });
  expectPerson(piped.stdout);
  const both = await runCli([...generate, "--prompt", "Who is this?", "--file", fixture("ada.json")]);
  expectPerson(both.stdout);
});

test("--json has the value, the reason, usage and timings", async () => {
  const args = ["--prompt", prompt, "--json", "--seed", "3", "--temperature", "1"];
  const [first, second] = [await runCli([...generate, ...args]), await runCli([...generate, ...args])];
  const report = JSON.parse(first.stdout);
  expect(report).toMatchObject({ finishReason: "complete", seed: 3 });
  expect(report.value).toEqual(JSON.parse(report.text));
  expect(report.usage.completionTokens).toBeGreaterThan(5);
  expect(report.timings.total).toBeGreaterThan(0);
  expect(JSON.parse(second.stdout).text).toBe(report.text);
});

test("an output that is cut off: exit code 1, nothing on stdout", async () => {
  const args = [...generate, "--prompt", prompt, "--max-tokens", "3"];
  const cut = await runCli([...args, "--on-length", "cut"]);
  expect(cut).toMatchObject({ code: 1, stdout: "" });
  expect(cut.stderr).toContain("cut off after 3 tokens");
  const refused = await runCli(args);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toMatch(/shortest valid output has \d+ tokens; only 3 are allowed/);
});

test("an output that gets too long is closed in time", async () => {
  const args = [...generate, "--prompt", prompt, "--max-tokens", "10"];
  const { code, stdout, stderr } = await runCli(args);
  expect(code).toBe(0);
  expectPerson(stdout);
  expect(stderr).toContain("closed early to fit --max-tokens: /");
});

test("Ctrl-C ends the generation", async () => {
  const schema = fixture("endless.json");
  const { code, stderr } = await runCli(
    ["generate", "--schema", schema, "--prompt", "Write.", "--stream", "--on-length", "cut"],
    {
      started: (child) => child.stdout?.once("data", () => child.kill("SIGINT")),
    },
  );
  expect(code).toBe(1);
  expect(stderr).toContain("aborted");
});

test.each([
  ["a name that no package has", "no-such-model", 'No model "no-such-model"'],
  ["a folder without a model", fixture("."), "config.json"],
])("%s: exit code 2", async (_, model, message) => {
  const { code, stdout, stderr } = await runCli([...generate, "--prompt", prompt, "--model", model]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
});

test("a prompt longer than the context: exit code 2", async () => {
  const { code, stderr } = await runCli(generate, { input: "word ".repeat(9000) });
  expect(code).toBe(2);
  expect(stderr).toMatch(/The prompt has 9\d\d\d tokens; the model holds 8192/);
});

test("a device that is not there: exit code 2", async () => {
  const { code, stderr } = await runCli([...generate, "--prompt", prompt, "--device", "abacus"]);
  expect(code).toBe(2);
  expect(stderr).toContain("abacus");
});

test("inspect shows what may come next, and why", async () => {
  const args = ["inspect", "--schema", fixture("person.json"), "--text", '{"name":"Ada","age":'];
  const { code, stdout } = await runCli(args);
  expect(code).toBe(0);
  expect(stdout).toContain("not allowed: the text is not complete");
  expect(stdout).toMatch(/bytes .*0–9/);
  expect(stdout).toMatch(/tokens +\d+ of 49152/);
  const json = JSON.parse((await runCli([...args, "--json"])).stdout);
  expect(json.tokens.map(({ text }: { text: string }) => text)).toContain("3");
  expect(json.tokens).toHaveLength(json.count);
});

test("inspect of a complete text, and of one that leaves the schema", async () => {
  const args = ["inspect", "--schema", fixture("person.json"), "--text"];
  const complete = await runCli([...args, '{"name":"Ada","age":36}']);
  expect(complete).toMatchObject({ code: 0 });
  expect(complete.stdout).toContain("allowed: the text is complete");
  const wrong = await runCli([...args, '{"name":7']);
  expect(wrong).toMatchObject({ code: 1, stdout: "" });
  expect(wrong.stderr).toContain("line 1, column 9");
});

test("--regex and --choice: the whole output matches", async () => {
  const args = ["generate", "--prompt", "When was Ada Lovelace born?", "--max-tokens", "20"];
  const year = await runCli([...args, "--regex", "1[89]\\d\\d"]);
  expect(year).toMatchObject({ code: 0, stderr: "" });
  expect(year.stdout).toMatch(/^1[89]\d\d\n$/);
  const choice = await runCli([...args, "--choice", "in spring", "in winter", "--seed", "1"]);
  expect(["in spring\n", "in winter\n"]).toContain(choice.stdout);
});

test("--grammar: the whole output matches, and --json tells what it captures", async () => {
  const file = fixture("assignments.lark");
  const args = ["generate", "--prompt", "Set two variables.", "--max-tokens", "40", "--grammar", file];
  const { code, stdout, stderr } = await runCli([...args, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { text, value, captures } = JSON.parse(stdout);
  const parts = /^([a-z]{1,8})=(\d{1,3}),([a-z]{1,8})=(\d{1,3})$/.exec(text);
  expect(value).toBe(null);
  expect(captures.map(({ name, text }: { name: string; text: string }) => [name, text])).toEqual([
    ["name", parts![1]],
    ["number", parts![2]],
    ["name", parts![3]],
    ["number", parts![4]],
  ]);
  expect(captures[3].end).toBe(text.length);
  const plain = await runCli(args);
  expect(plain).toEqual({ code: 0, stdout: `${text}\n`, stderr: "" });
  const inspected = await runCli([
    "inspect",
    "--json",
    "--grammar",
    file,
    "--syntax",
    "lark",
    "--text",
    "a=123",
  ]);
  expect(JSON.parse(inspected.stdout)).toMatchObject({
    complete: false,
    bytes: [","].map((c) => c.charCodeAt(0)),
  });
});

test("inspect takes what generate takes", async () => {
  const args = ["inspect", "--json", "--text"];
  const choice = await runCli([...args, "re", "--choice", "red", "green", "reed"]);
  expect(JSON.parse(choice.stdout)).toMatchObject({
    complete: false,
    bytes: [..."de"].map((c) => c.charCodeAt(0)),
  });
  const separated = await runCli([
    ...[...args, '{"age"', "--schema", fixture("person.json")],
    ...["--order", "any", "--key-separator", " :  "],
  ]);
  // The last forced token might merge with the value behind it.
  expect(JSON.parse(separated.stdout)).toMatchObject({ bytes: [0x20], forced: " :" });
});
