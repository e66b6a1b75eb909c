/** Members of languages that are put together of texts and classes alone, without their derivatives. */
import type { Algebra } from "./algebra.js";
import { Kind, type Language } from "./nodes.js";
import { compareCodePoints } from "./sorted-texts.js";
import { codePointsOf, stringOf } from "./texts.js";

/** Longer texts are not put together, in code points: a repetition of a text can have any number of them. */
const MAX_LENGTH = 1000;

/** No more pairs of texts are put together: texts that come in many ways are fewer than these. */
const MAX_PAIRS = 4096;

/** The members of a language, each once, or that there are more than are wanted; undefined: this is not known here. */
type Listed = ReadonlySet<string> | "too many" | undefined;

/**
 * All members in the order of their code points; "too many" where there are more than `atMost`. Undefined where the
 * language has other parts than texts, classes, and what is put together of these: then its derivatives have to tell.
 */
export function listedMembers(
  algebra: Algebra,
  node: Language,
  atMost: number,
): readonly string[] | "too many" | undefined {
  if (algebra.nodes.maxLength[node]! > MAX_LENGTH) return undefined;
  const found = list(algebra, node, atMost);
  if (found === undefined || found === "too many") return found;
  return [...found].sort(compareTexts);
}

function list(algebra: Algebra, node: Language, atMost: number): Listed {
  const { nodes, texts, sets } = algebra;
  const a = nodes.a[node]!;
  switch (nodes.kind[node] as Kind) {
    case Kind.Empty:
      return new Set();
    case Kind.Epsilon:
      return new Set([""]);
    case Kind.Class: {
      const characters = sets.characters(a, atMost);
      return characters === undefined ? "too many" : new Set(characters);
    }
    case Kind.Literal:
    case Kind.Texts:
      return texts.count(node) > atMost ? "too many" : new Set(texts.members(node).map(stringOf));
    case Kind.Concat:
      return joined(list(algebra, a, atMost), list(algebra, nodes.b[node]!, atMost), atMost);
    case Kind.Repeat:
      return repeated(list(algebra, a, atMost), nodes.b[node]!, nodes.c[node]!, atMost);
    case Kind.Union:
      return united(algebra, nodes.items(node), atMost);
    default:
      return undefined;
  }
}

/** Each text of one before each of another; neither is empty, since a concatenation with nothing is no node. */
function joined(heads: Listed, tails: Listed, atMost: number): Listed {
  if (heads === undefined || tails === undefined) return undefined;
  if (heads === "too many" || tails === "too many") return "too many";
  if (heads.size * tails.size > MAX_PAIRS) return undefined;
  const found = new Set<string>();
  for (const head of heads) {
    for (const tail of tails) found.add(head + tail);
    if (found.size > atMost) return "too many";
  }
  return found;
}

function repeated(child: Listed, min: number, max: number, atMost: number): Listed {
  if (child === undefined || child === "too many") return child;
  let power: Listed = new Set([""]);
  const found = new Set<string>();
  for (let times = 0; times <= max; times++) {
    if (times > 0) power = joined(power, child, atMost);
    if (power === undefined || power === "too many") return power;
    if (times < min) continue;
    for (const text of power) found.add(text);
    if (found.size > atMost) return "too many";
  }
  return found;
}

function united(algebra: Algebra, items: readonly Language[], atMost: number): Listed {
  const found = new Set<string>();
  let isTooMany = false;
  for (const item of items) {
    const members = list(algebra, item, atMost);
    if (members === undefined) return undefined;
    if (members === "too many") isTooMany = true;
    else for (const text of members) found.add(text);
    isTooMany ||= found.size > atMost;
  }
  return isTooMany ? "too many" : found;
}

function compareTexts(x: string, y: string): number {
  return compareCodePoints(codePointsOf(x), codePointsOf(y));
}
