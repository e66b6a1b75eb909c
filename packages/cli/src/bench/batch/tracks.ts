import { compileJsonSchema, LanguageLimitError, Matcher, PatternError, SchemaError } from "@grammask/core";
import { type BenchRecord, readRecords } from "../records.js";
import type { BenchTokenizer } from "../tokenizer.js";

/** What a sequence reads, again and again. */
export interface Track {
  readonly schema: string;
  readonly tokens: readonly number[];
}

/** How schemas are compiled: as in MaskBench, whose instances have their properties in any order. */
export const TRACK_OPTIONS = { order: "any" } as const;

/** Shorter instances say little of what steps cost. */
const LEAST_TOKENS = 24;

/** The first valid instance of each record that the engine reads, until there are enough; evenly from all records. */
export async function readTracks(
  paths: readonly string[],
  tokenizer: BenchTokenizer,
  count: number,
): Promise<Track[]> {
  const tracks: Track[] = [];
  // Records are sorted by where they come from.
  const every = 13;
  for (let of = 0; of < every && tracks.length < count; of++) {
    let index = 0;
    for await (const record of readRecords(paths, { take: 1, of: 1 })) {
      if (index++ % every !== of) continue;
      const track = trackOf(record, tokenizer);
      if (track !== undefined) tracks.push(track);
      if (tracks.length === count) break;
    }
  }
  return tracks;
}

function trackOf({ schema, tests }: BenchRecord, tokenizer: BenchTokenizer): Track | undefined {
  const test = tests.find(({ valid }) => valid);
  if (test === undefined) return undefined;
  const tokens = tokenizer.encode(test.text);
  if (tokens.length < LEAST_TOKENS) return undefined;
  try {
    const matcher = new Matcher(compileJsonSchema(schema, TRACK_OPTIONS), tokenizer.vocabulary);
    return matcher.validateTokens(tokens) === tokens.length ? { schema, tokens } : undefined;
  } catch (error) {
    const isRefusal = [SchemaError, LanguageLimitError, PatternError].some((kind) => error instanceof kind);
    if (isRefusal) return undefined;
    throw error;
  }
}
