/** The code point sets of character classes in patterns, as ECMA-262 defines them. */
import type { AST } from "@eslint-community/regexpp";
import { withAllCases } from "./case-folding.js";
import type { CodePointSet, CodePointSets } from "./code-point-set.js";
import type { CharacterNode } from "./pattern-modifiers.js";

/** White space and line terminators: what `\s` matches. */
const SPACE = [
  9, 13, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f,
  0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff,
];
const DIGIT = [0x30, 0x39];
const WORD = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
/** Line terminators: what `.` does not match. */
const LINE_END = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029];

/** How a node is read. */
export interface Reading {
  /** Whether the pattern is read with the flag u. */
  readonly unicode: boolean;
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
}

/** The word characters of `\w` and `\b`. */
export function wordSet(sets: CodePointSets, { unicode, ignoreCase }: Reading): CodePointSet {
  const words = sets.ofRanges(WORD);
  return unicode && ignoreCase ? withAllCases(sets, words, true) : words;
}

/** Where lines end: for `^` and `$` under the modifier `m`. */
export function lineEnds(sets: CodePointSets): CodePointSet {
  return sets.ofRanges(LINE_END);
}

/** The set of a node that matches one code point. */
export function setOf(sets: CodePointSets, node: CharacterNode, reading: Reading): CodePointSet {
  const cases = (set: CodePointSet) => (reading.ignoreCase ? withAllCases(sets, set, reading.unicode) : set);
  switch (node.type) {
    case "Character":
      return cases(sets.single(node.value));
    case "CharacterSet":
      return node.kind === "any" && reading.dotAll ? sets.all : cases(characterSet(sets, node, reading));
    case "CharacterClass": {
      const ranges: number[] = [];
      let union = sets.none;
      for (const element of node.elements) {
        if (element.type === "Character") ranges.push(element.value, element.value);
        else if (element.type === "CharacterClassRange") ranges.push(element.min.value, element.max.value);
        else if (element.type === "CharacterSet")
          union = sets.union(union, characterSet(sets, element, reading));
      }
      union = cases(sets.union(union, sets.ofRanges(ranges)));
      return node.negate ? sets.complement(union) : union;
    }
  }
}

function characterSet(sets: CodePointSets, node: AST.CharacterSet, reading: Reading): CodePointSet {
  const positive = (): CodePointSet => {
    switch (node.kind) {
      case "any":
        return sets.complement(sets.ofRanges(LINE_END));
      case "digit":
        return sets.ofRanges(DIGIT);
      case "space":
        return sets.ofRanges(SPACE);
      case "word":
        return wordSet(sets, reading);
      case "property":
        return sets.ofRanges(propertyRanges(node.value === null ? node.key : `${node.key}=${node.value}`));
    }
  };
  return node.kind !== "any" && node.negate ? sets.complement(positive()) : positive();
}

const properties = new Map<string, number[]>();
let everything = "";

/** The ranges of a Unicode property, asked of the platform's own RegExp, once in a process. */
function propertyRanges(name: string): number[] {
  let ranges = properties.get(name);
  if (ranges) return ranges;
  everything ||= allCodePoints();
  ranges = [];
  const runs = new RegExp(`\\p{${name}}+`, "gu");
  for (const run of everything.matchAll(runs)) {
    const text = run[0];
    const last = text.codePointAt(text.length - 1)!;
    const isPair = last >= 0xdc00 && last <= 0xdfff;
    const first = text.codePointAt(0)!;
    const end = isPair ? text.codePointAt(text.length - 2)! : last;
    // A run that crosses the gap of the surrogates is one range; the set leaves them out.
    ranges.push(first, end);
  }
  properties.set(name, ranges);
  return ranges;
}

/** Every scalar value, in order. */
function allCodePoints(): string {
  const parts: string[] = [];
  for (let from = 0; from < 0x110000; from += 0x1000) {
    if (from >= 0xd800 && from < 0xe000) continue;
    const block: number[] = [];
    for (let codePoint = from; codePoint < Math.min(from + 0x1000, 0x110000); codePoint++) {
      if (codePoint < 0xd800 || codePoint > 0xdfff) block.push(codePoint);
    }
    parts.push(String.fromCodePoint(...block));
  }
  return parts.join("");
}
