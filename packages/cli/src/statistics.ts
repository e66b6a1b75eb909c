import type { GenerateResult } from "@grammask/onnx";

/** The result for `--json`: one object with all that is known of the generation. Times are in milliseconds. */
export function report({ text, value, finishReason, seed, usage, timings }: GenerateResult): object {
  return { value: value ?? null, text, finishReason, seed, usage, timings };
}

/** The lines that `--stats` prints. */
export function statistics({ usage, timings, seed }: GenerateResult): string {
  const decoding = timings.decode + timings.mask + timings.sampling;
  const rows = [
    ["schema", `compiled in ${ms(timings.compile)}`],
    ["prompt", `${usage.promptTokens} tokens in ${ms(timings.prefill)}`],
    // The prompt's pass gives the first token: each further one takes a step.
    [
      "output",
      `${usage.completionTokens} tokens in ${ms(decoding)}, ${rate(usage.completionTokens - 1, decoding)}`,
    ],
    ["masks", `${ms(timings.mask)}, ${share(timings.mask, decoding)} of that`],
    ["sampling", `${ms(timings.sampling)}, seed ${seed}`],
  ];
  return rows.map(([name, value]) => `${name!.padEnd(9)}${value}\n`).join("");
}

function rate(tokens: number, milliseconds: number): string {
  return tokens > 0 && milliseconds > 0
    ? `${((1000 * tokens) / milliseconds).toFixed(1)} tokens/s`
    : "- tokens/s";
}

function ms(milliseconds: number): string {
  return milliseconds >= 1000 ? `${(milliseconds / 1000).toFixed(2)} s` : `${milliseconds.toFixed(1)} ms`;
}

function share(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(2)} %` : "-";
}
