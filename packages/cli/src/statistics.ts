import type { GenerateResult, Report, TokenPressure } from "@grammask/onnx";

/** The result for `--json`: one object with all that is known of the generation. Times are in milliseconds. */
export function report(result: GenerateResult): object {
  const { text, leadIn, value, captures, finishReason, closedEarly, repetitions } = result;
  const { seed, usage, timings, report } = result;
  const limit = result.limit && {
    name: result.limit.error.limit,
    value: result.limit.error.value,
    length: result.limit.length,
  };
  return {
    value: value ?? null,
    text,
    leadIn,
    captures,
    finishReason,
    closedEarly,
    repetitions: repetitions.length === 0 ? undefined : repetitions,
    seed,
    usage,
    timings,
    limit,
    report,
  };
}

/** The lines that `--stats` prints. */
export function statistics({ usage, timings, seed, report }: GenerateResult): string {
  const decoding = timings.decode + timings.mask + timings.sampling;
  const rows = [
    ...(timings.vocabulary < 0.1
      ? []
      : [["model", `vocabulary prepared in ${ms(timings.vocabulary)}, once`]]),
    ["schema", `compiled in ${ms(timings.compile)}`],
    ["prompt", `${usage.promptTokens} tokens in ${ms(timings.prefill)}`],
    // The prompt's pass gives the first token: each further one takes a step.
    [
      "output",
      `${usage.completionTokens} tokens in ${ms(decoding)}, ${rate(usage.completionTokens - 1, decoding)}`,
    ],
    [
      "steps",
      `${usage.steps}: ${usage.forcedTokens} tokens forced, ${usage.acceptedDraftTokens} of ${usage.draftTokens} guessed rightly`,
    ],
    ["masks", `${ms(timings.mask)}, ${share(timings.mask, decoding)} of that`],
    ["sampling", `${ms(timings.sampling)}, seed ${seed}`],
    ...(report === undefined || report.tokens.length === 0 ? [] : [["pressure", pressure(report)]]),
  ];
  return rows.map(([name, value]) => `${name!.padEnd(9)}${value}\n`).join("");
}

/** How much the grammar changed, and where the model clearly wanted something else. */
function pressure({ tokens, values }: Report): string {
  const mean = (of: (token: TokenPressure) => number) =>
    tokens.reduce((sum, token) => sum + of(token), 0) / tokens.length;
  const removed = `removed ${share(
    mean((token) => token.removed),
    1,
  )} of the probability, refused ${share(
    mean((token) => token.refused),
    1,
  )}`;
  // A container is as doubtful as what it has: only the innermost are named.
  const doubtful = values.filter(
    ({ pointer, doubtful }) =>
      doubtful && !values.some((each) => each.doubtful && each.pointer.startsWith(`${pointer}/`)),
  );
  const named = doubtful.map(
    ({ pointer, confidence }) => `${pointer || "(whole)"} (${share(confidence, 1)})`,
  );
  return `${removed}; doubtful: ${named.join(", ") || "none"}`;
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
