import { Matcher, type Vocabulary } from "@grammask/core";
import { ByteReader } from "./byte-reader.js";
import { describeBytes, positionOf } from "./byte-text.js";
import { type ConstraintOptions, readConstraint } from "./constraint.js";
import { ExitCode } from "./exit.js";
import type { Io } from "./io.js";
import { openModel } from "./model.js";

export interface InspectOptions extends ConstraintOptions {
  readonly text: string;
  readonly model: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** What `inspect` finds out about the place after a text. */
interface Place {
  readonly complete: boolean;
  readonly bytes: number[];
  readonly tokens: number[];
  readonly forced: number[];
}

/** `grammask inspect`: which tokens may follow a text, how many, and why. */
export async function inspect(io: Io, options: InspectOptions): Promise<ExitCode> {
  const { grammar } = await readConstraint(io, options);
  const bytes = new TextEncoder().encode(options.text);
  const reader = new ByteReader(grammar);
  const accepted = reader.read(bytes);
  if (accepted < bytes.length) {
    const { line, column } = positionOf(bytes, accepted);
    const where = `line ${line}, column ${column}`;
    io.err(`The text leaves the grammar at ${where}; there may come: ${describeBytes(reader.next())}\n`);
    return ExitCode.failed;
  }
  await using model = await openModel(io, options.model, {});
  const { vocabulary } = model;
  const matcher = new Matcher(grammar, vocabulary);
  matcher.acceptBytes(bytes);
  const mask = matcher.mask();
  const ids = Array.from({ length: vocabulary.size }, (_, id) => id).filter((id) => mask.has(id));
  const place = {
    complete: reader.isComplete,
    bytes: reader.next(),
    tokens: ids.filter((id) => !vocabulary.eosTokenIds.includes(id)),
    forced: matcher.forcedTokens(),
  };
  io.out(options.json ? asJson(place, vocabulary) : asText(io, options, place, vocabulary));
  return ExitCode.ok;
}

function asJson(place: Place, vocabulary: Vocabulary): string {
  const tokens = place.tokens.map((id) => ({ id, text: vocabulary.tokenText(id) }));
  const forced = place.forced.map((id) => vocabulary.tokenText(id)).join("");
  return `${JSON.stringify({ complete: place.complete, count: tokens.length, bytes: place.bytes, forced, tokens })}\n`;
}

function asText(io: Io, options: InspectOptions, place: Place, vocabulary: Vocabulary): string {
  const { bold, dim, cyan } = io.colors;
  const count = place.tokens.length;
  const share = ((100 * count) / vocabulary.size).toPrecision(2);
  const lines = [`${dim("after  ")} ${options.text === "" ? dim("(the start)") : options.text}`];
  lines.push(
    `${dim("end    ")} ${place.complete ? "allowed: the text is complete" : "not allowed: the text is not complete"}`,
  );
  if (count > 0) {
    lines.push(`${dim("bytes  ")} ${describeBytes(place.bytes)}`);
    lines.push(`${dim("tokens ")} ${bold(String(count))} of ${vocabulary.size} (${share} %)`);
  }
  if (place.forced.length > 0) {
    const text = place.forced.map((id) => vocabulary.tokenText(id)).join("");
    lines.push(`${dim("forced ")} ${cyan(JSON.stringify(text))} (only this can follow)`);
  }
  for (const line of groups(place.tokens, vocabulary, options.limit)) lines.push(`        ${line}`);
  return `${lines.join("\n")}\n`;
}

/** How many tokens a line shows. */
const perLine = 8;

/** The tokens by their first character: a line for each character that several begin with, the largest groups first. */
function groups(ids: readonly number[], vocabulary: Vocabulary, limit: number): string[] {
  const byStart = new Map<string, string[]>();
  for (const id of ids) {
    const text = vocabulary.tokenText(id);
    const start = [...text][0] ?? "";
    const group = byStart.get(start);
    if (group) group.push(text);
    else byStart.set(start, [text]);
  }
  const sorted = [...byStart.values()].sort((a, b) => b.length - a.length);
  const several = sorted.filter((texts) => texts.length > 1);
  const lines = several.slice(0, limit).map(line);
  const rest = several.slice(limit);
  if (rest.length > 0) {
    const count = rest.reduce((sum, texts) => sum + texts.length, 0);
    lines.push(`… ${count} more, with ${rest.length} other first characters`);
  }
  const single = sorted.filter((texts) => texts.length === 1).flat();
  if (single.length > 0) lines.push(line(single));
  return lines;
}

/** The shortest tokens first. */
function line(texts: string[]): string {
  texts.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const shown = texts
    .slice(0, texts.length <= perLine + 4 ? texts.length : perLine)
    .map((text) => JSON.stringify(text));
  if (texts.length > shown.length) shown.push(`… ${texts.length - shown.length} more`);
  return shown.join("  ");
}
