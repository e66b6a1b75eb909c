import fc from "fast-check";
import { expect, it } from "vitest";
import { accepts } from "../../../test/accepts.js";
import { randomNumbers, randomWalk } from "../../../test/walk.js";
import { compileStructuralTag, Matcher, Vocabulary } from "../../index.js";

/** How many outputs are drawn; more with `GRAMMASK_GRAMMAR_WALKS=50000`. */
const WALKS = Number(process.env.GRAMMASK_GRAMMAR_WALKS ?? 300);
const WALKS_A_TAG = 10;

const encoder = new TextEncoder();
const TOKENS = [
  ..."<tusr/>xy,;\n",
  "<t>",
  "<u",
  "s>",
  "</t>",
  "</u>",
  "x<",
  "xy",
  "<t>x",
  "y</",
  "><t>",
  "é",
];
const VOCABULARY = Vocabulary.fromBytes([...TOKENS.map((token) => encoder.encode(token)), null], {
  eosTokenIds: [TOKENS.length],
});

/** A format, and as a regular expression of JavaScript's what outputs follow it. */
interface Sample {
  readonly format: object;
  readonly pattern: string;
}

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  fc.constantFrom("x", "y", "xy", "").map((value) => ({
    format: { type: "const_string", value },
    pattern: value,
  })),
  fc.constantFrom("[xy]{1,2}", "x*y", "(x|yy)?").map((pattern) => ({
    format: { type: "regex", pattern },
    pattern: `(?:${pattern})`,
  })),
);

/** Text without these strings. None of them, and nothing that may stand behind, begins in the middle of another. */
const free = (strings: readonly string[]) => `(?:(?!${strings.join("|")})[^])*`;

interface Flags {
  readonly at_least_one: boolean;
  readonly stop_after_first: boolean;
}

const flags = fc.record<Flags>({ at_least_one: fc.boolean(), stop_after_first: fc.boolean() });

function tag(begin: string, content: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  const ends = fc.constantFrom<readonly string[]>(["</t>"], ["</t>", "</u>"]);
  return fc.tuple(ends, fc.option(content)).map(([end, inside]) => ({
    format: {
      type: "tag",
      begin,
      content: inside?.format ?? { type: "any_text" },
      end: end.length === 1 ? end[0] : end,
    },
    pattern: `${begin}${inside?.pattern ?? free(end)}(?:${end.join("|")})`,
  }));
}

function tags(content: fc.Arbitrary<Sample>): fc.Arbitrary<readonly Sample[]> {
  return fc.tuple(tag("<t>", content), tag("<u>", content), tag("<us>", content));
}

const alternatives = (all: readonly Sample[]) => `(?:${all.map(({ pattern }) => pattern).join("|")})`;
const formats = (all: readonly Sample[]) => all.map(({ format }) => format);

/** @param excluded strings that end what is around */
function triggered(all: readonly Sample[], flags: Flags, excluded: readonly string[]): Sample {
  const format = { type: "triggered_tags", triggers: ["<t>", "<u"], tags: formats(all), ...flags };
  const any = alternatives(all);
  const text = free(["<t>", "<u", ...excluded]);
  if (flags.at_least_one) return { format, pattern: flags.stop_after_first ? any : `(?:${any}${text})+` };
  return { format, pattern: flags.stop_after_first ? `${text}${any}?` : `${text}(?:${any}${text})*` };
}

function separated(all: readonly Sample[], flags: Flags): Sample {
  const any = alternatives(all);
  const some = flags.stop_after_first ? any : `${any}(?:,${any})*`;
  return {
    format: { type: "tags_with_separator", tags: formats(all), separator: ",", ...flags },
    pattern: flags.at_least_one ? some : `(?:${some})?`,
  };
}

/** Formats without free text but in tags. */
const { plain } = fc.letrec<{ plain: Sample }>((tie) => {
  const inner = tie("plain");
  const around = (type: string, operator: string, more: object = {}) =>
    inner.map(({ format, pattern }) => ({
      format: { type, content: format, ...more },
      pattern: `(?:${pattern})${operator}`,
    }));
  return {
    plain: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      tag("<t>", inner),
      fc.array(inner, { maxLength: 3 }).map((all) => ({
        format: { type: "sequence", elements: formats(all) },
        pattern: all.map(({ pattern }) => pattern).join(""),
      })),
      fc.array(inner, { minLength: 1, maxLength: 3 }).map((all) => ({
        format: { type: "or", elements: formats(all) },
        pattern: alternatives(all),
      })),
      around("optional", "?"),
      around("star", "*"),
      around("plus", "+"),
      around("repeat", "{1,2}", { min: 1, max: 2 }),
      fc.tuple(tags(inner), flags).map(([all, flags]) => separated(all, flags)),
    ),
  };
});

const sample: fc.Arbitrary<Sample> = fc.oneof(
  plain,
  fc.tuple(tags(plain), flags).map(([all, flags]) => triggered(all, flags, [])),
  fc.tuple(plain, tags(plain), flags).map(([before, all, flags]) => {
    const { format, pattern } = triggered(all, flags, []);
    return {
      format: { type: "sequence", elements: [before.format, format] },
      pattern: before.pattern + pattern,
    };
  }),
  fc.tuple(tags(plain), flags).map(([all, flags]) => {
    const { format, pattern } = triggered(all, flags, ["</r>"]);
    return {
      format: { type: "tag", begin: "<r>", content: format, end: "</r>" },
      pattern: `<r>${pattern}</r>`,
    };
  }),
);

it("random walks through structural tags end in texts that regular expressions find, and texts are read as they read them", () => {
  const counts = { walks: 0, tagged: 0, changed: 0, refused: 0 };
  for (const { format, pattern } of fc.sample(sample, {
    seed: 24,
    numRuns: Math.ceil(WALKS / WALKS_A_TAG),
  })) {
    const grammar = compileStructuralTag({ type: "structural_tag", format });
    const expected = new RegExp(`^(?:${pattern})$`, "u");
    const shown = JSON.stringify(format);
    for (let i = 0; i < WALKS_A_TAG; i++, counts.walks++) {
      const random = randomNumbers(counts.walks);
      const text = randomWalk(new Matcher(grammar, VOCABULARY), random, 12);
      expect(expected.test(text), `${shown} ${JSON.stringify(text)}`).toBe(true);
      if (text.includes("<")) counts.tagged++;
      // One character left out or put in: as likely as not it is no longer an output.
      const at = Math.floor(random() * (text.length + 1));
      const token = TOKENS[Math.floor(random() * TOKENS.length)] as string;
      const other =
        random() < 0.5 ? text.slice(0, at) + text.slice(at + 1) : text.slice(0, at) + token + text.slice(at);
      const isExpected = expected.test(other);
      expect(accepts(grammar, other), `${shown} ${JSON.stringify(other)}`).toBe(isExpected);
      counts[isExpected ? "changed" : "refused"]++;
    }
  }
  expect(counts.walks).toBeGreaterThanOrEqual(WALKS);
  expect(counts.tagged).toBeGreaterThan(WALKS / 4);
  expect(counts.changed).toBeGreaterThan(WALKS / 10);
  expect(counts.refused).toBeGreaterThan(WALKS / 10);
}, 3_600_000);
