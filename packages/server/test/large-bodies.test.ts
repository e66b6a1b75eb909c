import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningServer } from "../src/index.js";
import { forgetfulTiny, post, runTiny, TINY } from "./running.js";

let server: RunningServer;
let folder: string;
beforeAll(async () => {
  folder = forgetfulTiny();
  const options = { threads: 1, spinning: false };
  server = await runTiny({
    models: [
      { source: TINY, id: "tiny", options },
      { source: folder, id: "forgetful", options },
    ],
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** A schema of more than 64 KB that is light: its definitions are not used. A number in it is one that JavaScript would write otherwise. */
const definitions = Array.from({ length: 2000 }, (_, i) => `"p${i}": {"type": "string", "enum": ["${i}"]}`);
const SCHEMA = `{"type": "object", "properties": {"value": {"const": 1.0000000000000000001}}, "required": ["value"], "additionalProperties": false, "$defs": {${definitions.join(", ")}}, "maxProperties": 1}`;
const chat = (rest: string, model = "tiny") =>
  `{"model": "${model}", "messages": [{"role": "user", "content": "x"}], "max_tokens": 60, ${rest}}`;
const format = (schema: string) =>
  `"response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": ${schema}}}`;
const ask = (body: string, path = "/v1/chat/completions") => post(server.url + path, body);

describe("large bodies", () => {
  it("have their schemas as they are written", async () => {
    const answer = await ask(chat(format(SCHEMA)));
    const { choices } = (await answer.json()) as { choices: { message: { content: string } }[] };
    expect(choices[0]!.message.content).toMatch(/^\{ ?"value": ?1\.0000000000000000001 ?\}$/);
  });

  it("have the schemas of each of their tools", async () => {
    const tool = (name: string) =>
      `{"type": "function", "function": {"name": "${name}", "parameters": ${SCHEMA.replace("1.0000000000000000001", `"${name}"`)}}}`;
    for (const name of ["a", "b"]) {
      const choice = `{"type": "function", "function": {"name": "${name}"}}`;
      const answer = await ask(
        chat(`"tools": [${tool("a")}, ${tool("b")}], "tool_choice": ${choice}`, "forgetful"),
      );
      const { choices } = (await answer.json()) as {
        choices: { message: { tool_calls: { function: { arguments: string } }[] } }[];
      };
      expect(JSON.parse(choices[0]!.message.tool_calls[0]!.function.arguments)).toEqual({ value: name });
    }
  });

  it("come back whole in responses", async () => {
    const body = `{"model": "tiny", "input": "x", "max_output_tokens": 60, "text": {"format": {"type": "json_schema", "name": "s", "schema": ${SCHEMA}}}}`;
    const answer = await ask(body, "/v1/responses");
    const { text } = (await answer.json()) as { text: { format: { schema: unknown } } };
    expect(text.format.schema).toEqual(JSON.parse(SCHEMA));
  });

  it("are refused as small ones are, by name", async () => {
    const problems: [string, string, string | null][] = [
      [chat(`${format(SCHEMA)}, "colour": 1`), "unknown_parameter", "colour"],
      [chat(`${format(SCHEMA)}, "n": "two"`), "invalid_value", "n"],
      [chat(format(SCHEMA.replace('"maxProperties": 1', '"maxProperties": -1'))), "invalid_schema", null],
      [chat(format(SCHEMA.replace('"p7":', '"p7";'))), "invalid_json", null],
      [chat(format(SCHEMA.slice(0, -1))), "invalid_json", null],
      [chat(format(`${"[".repeat(600)}${SCHEMA}${"]".repeat(600)}`)), "invalid_json", null],
    ];
    for (const [body, code, param] of problems) {
      const answer = await ask(body);
      expect(answer.status).toBe(400);
      const { error } = (await answer.json()) as { error: { code: string; param: string | null } };
      expect(error.code).toBe(code);
      if (param !== null) {
        expect(error.param).toBe(param);
      }
    }
    const bytes = new TextEncoder().encode(chat(format(SCHEMA)));
    bytes[200] = 0xff;
    const answer = await fetch(`${server.url}/v1/chat/completions`, { method: "POST", body: bytes });
    expect(((await answer.json()) as { error: { code: string } }).error.code).toBe("invalid_json");
  });

  it("are answered beside each other", async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        ask(chat(format(i % 2 === 0 ? SCHEMA : `${SCHEMA.slice(0, -1)}, "title": "${i}"}`))),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  });
});
