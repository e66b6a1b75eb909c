/**
 * Rules with a parameter, as llguidance has them (docs/parametric.md of guidance-ai/llguidance): a number of 64 bits, in which
 * a rule counts, or marks what has been. Each value that a rule is reached with makes a rule of its own.
 */
import { GrammarLimitError } from "../../language/index.js";
import type { SourceText } from "../source-text.js";
import {
  type Condition,
  hasPart,
  type LarkDefinition,
  type LarkExpression,
  type LarkSource,
  type Parameter,
  withParts,
} from "./ast.js";

const BITS = 64n;
const ALL = (1n << BITS) - 1n;

/** Bits from `from` to before `to`; `_` in a source is all of them. */
export interface BitRange {
  readonly from: bigint;
  readonly to: bigint;
}

export const ALL_BITS: BitRange = { from: 0n, to: BITS };

function bitsOf(parameter: bigint, { from, to }: BitRange): bigint {
  return (parameter >> from) & ones({ from, to });
}

function ones({ from, to }: BitRange): bigint {
  return (1n << (to - from)) - 1n;
}

function bitCount(value: bigint): bigint {
  let count = 0n;
  for (let rest = value; rest > 0n; rest &= rest - 1n) count++;
  return count;
}

/** Functions of a bit's index or of a whole number. */
export const NUMBER_PARAMETERS: Readonly<Record<string, (value: bigint) => Parameter>> = {
  set_bit: (bit) => (parameter) => parameter | (1n << bit),
  clear_bit: (bit) => (parameter) => parameter & ~(1n << bit) & ALL,
  bit_and: (value) => (parameter) => parameter & value,
  bit_or: (value) => (parameter) => parameter | value,
};

/** Functions of some bits, which count in them and stay at their last and first value. */
export const RANGE_PARAMETERS: Readonly<Record<string, (bits: BitRange) => Parameter>> = {
  incr: (bits) => (parameter) =>
    bitsOf(parameter, bits) === ones(bits) ? parameter : parameter + (1n << bits.from),
  decr: (bits) => (parameter) => (bitsOf(parameter, bits) === 0n ? parameter : parameter - (1n << bits.from)),
};

/** Conditions of one bit. */
export const BIT_CONDITIONS: Readonly<Record<string, (bit: bigint) => Condition>> = {
  bit_clear: (bit) => (parameter) => ((parameter >> bit) & 1n) === 0n,
  bit_set: (bit) => (parameter) => ((parameter >> bit) & 1n) === 1n,
};

/** Conditions of some bits. */
export const RANGE_CONDITIONS: Readonly<Record<string, (bits: BitRange) => Condition>> = {
  is_ones: (bits) => (parameter) => bitsOf(parameter, bits) === ones(bits),
  is_zeros: (bits) => (parameter) => bitsOf(parameter, bits) === 0n,
};

/** Comparisons of bits with a number, and behind `bit_count_` of how many are set. */
export const COMPARISONS: Readonly<Record<string, (left: bigint, right: bigint) => boolean>> = {
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  lt: (left, right) => left < right,
  le: (left, right) => left <= right,
  gt: (left, right) => left > right,
  ge: (left, right) => left >= right,
};

export function comparison(name: string, bits: BitRange, value: bigint): Condition {
  const counts = name.startsWith("bit_count_");
  const compare = COMPARISONS[counts ? name.slice("bit_count_".length) : name];
  if (compare === undefined) throw new TypeError(`${name} is no comparison`);
  return (parameter) => {
    const own = bitsOf(parameter, bits);
    return compare(counts ? bitCount(own) : own, value);
  };
}

/**
 * The grammar with a rule for each value that a rule with a parameter is reached with from the others.
 *
 * @param maxSymbols the most parts of expressions that these may have together
 * @throws GrammarError where a parameter is missing, or there is none; GrammarLimitError where too many values are reached
 */
export function withoutParameters(lark: LarkSource, source: SourceText, maxSymbols: number): LarkSource {
  const given = [...lark.rules.values()];
  if (!given.some(({ body, isParametric }) => isParametric || needsParameter(body))) return lark;
  const rules = new Map<string, LarkDefinition>();
  const reached = new Map<string, { rule: LarkDefinition; value: bigint }>();
  let symbols = 0;

  /** An expression for a value; undefined: in a rule without a parameter. */
  const at = (node: LarkExpression, value: bigint | undefined): LarkExpression => {
    if (++symbols > maxSymbols) throw new GrammarLimitError("maxSymbols", maxSymbols);
    const parameter = (): bigint =>
      value ??
      source.fail("The rule has no parameter: it is declared as name::_ where it has one.", node.offset);
    switch (node.kind) {
      case "name":
        if (lark.rules.get(node.name)?.isParametric === true)
          source.fail(`"${node.name}" has a parameter, which must follow behind "::".`, node.offset);
        return node;
      case "apply": {
        const rule = lark.rules.get(node.name);
        if (rule === undefined) source.fail(`There is no rule "${node.name}".`, node.offset);
        if (!rule.isParametric) source.fail(`"${node.name}" has no parameter.`, node.offset);
        const own = typeof node.parameter === "bigint" ? node.parameter : node.parameter(parameter());
        const name = `${node.name}::${own}`;
        if (!reached.has(name)) reached.set(name, { rule: { ...rule, name }, value: own });
        return { kind: "name", name, offset: node.offset };
      }
      case "if":
        return node.condition(parameter())
          ? at(node.item, value)
          : { kind: "choice", items: [], offset: node.offset };
      case "choice": {
        const left = node.items.filter((item) => item.kind !== "if" || item.condition(parameter()));
        return { ...node, items: left.map((item) => at(item.kind === "if" ? item.item : item, value)) };
      }
      default:
        return withParts(node, (part) => at(part, value));
    }
  };

  for (const rule of given) {
    if (!rule.isParametric) rules.set(rule.name, { ...rule, body: at(rule.body, undefined) });
  }
  // What is reached on the way comes as well.
  for (const { rule, value } of reached.values())
    rules.set(rule.name, { ...rule, body: at(rule.body, value) });
  return { ...lark, rules };
}

function needsParameter(node: LarkExpression): boolean {
  return hasPart(node, ({ kind }) => kind === "apply" || kind === "if");
}
