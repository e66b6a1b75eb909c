import { describe, expect, it } from "vitest";
import type { LoggedText, TokenLogprob } from "./engine.js";
import { LoggedOutput } from "./logged-output.js";

const logprob = (text: string): TokenLogprob => ({ text, bytes: [], logprob: -1, top: [] });

describe("a logged output", () => {
  it("tells tokens in order, when their text and their log probability are both known", () => {
    const told: LoggedText[] = [];
    const output = new LoggedOutput((piece) => told.push(piece));
    output.logprob(0, logprob("a"));
    expect(told).toEqual([]);
    output.text(0, "a");
    output.text(1, "b");
    output.text(2, "");
    expect(told).toEqual([{ text: "a", logprobs: [logprob("a")] }]);
    output.logprob(1, logprob("b"));
    output.logprob(2, logprob("c"));
    expect(told.slice(1)).toEqual([
      { text: "b", logprobs: [logprob("b")] },
      { text: "", logprobs: [logprob("c")] },
    ]);
    // Text that was held back comes under the last token's number, and tokens that a stop string cut off have none.
    output.text(2, "c");
    output.logprob(3, logprob("d"));
    output.end();
    expect(told.slice(3)).toEqual([{ text: "c", logprobs: [] }]);
  });

  it("tells text of which no log probability came", () => {
    const told: LoggedText[] = [];
    const output = new LoggedOutput((piece) => told.push(piece));
    output.text(0, "a");
    output.text(1, "b");
    output.end();
    expect(told).toEqual([{ text: "ab", logprobs: [] }]);
  });
});
