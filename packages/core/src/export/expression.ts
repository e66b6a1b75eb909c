/** What the exports have in common: texts as expressions, before they are written in a target's syntax. */

/** A pair of code points, first and last. */
export type Range = readonly [first: number, last: number];

/** Stands for "no bound". */
export const UNBOUNDED = 0x7fffffff;

export type Expression =
  | { readonly kind: "text"; readonly text: string }
  /** One character; the ranges ascend and do not touch. */
  | { readonly kind: "characters"; readonly ranges: readonly Range[] }
  | { readonly kind: "sequence"; readonly items: readonly Expression[] }
  /** Of no items: nothing matches. */
  | { readonly kind: "choice"; readonly items: readonly Expression[] }
  | { readonly kind: "repeat"; readonly item: Expression; readonly min: number; readonly max: number }
  /** A rule of the grammar, by name. */
  | { readonly kind: "rule"; readonly name: string }
  /** A whole JSON token, for targets that have a lexer; no rule stands in it. */
  | { readonly kind: "lexeme"; readonly item: Expression }
  | { readonly kind: "machine"; readonly machine: Machine };

/** A finite automaton whose edges read expressions. State 0 is the start; every state leads to an accepting one. */
export interface Machine {
  readonly states: readonly MachineState[];
}

export interface MachineState {
  readonly edges: readonly { readonly label: Expression; readonly to: number }[];
  readonly accepts: boolean;
}

/** Rules by name; `root` is where texts begin. */
export type Rules = ReadonlyMap<string, Expression>;

export const NOTHING: Expression = { kind: "choice", items: [] };
export const EMPTY: Expression = { kind: "text", text: "" };

export function text(value: string): Expression {
  return { kind: "text", text: value };
}

export function isEmptyText(expression: Expression): boolean {
  return expression.kind === "text" && expression.text === "";
}

export function isNothing(expression: Expression): boolean {
  return expression.kind === "choice" && expression.items.length === 0;
}

/** One of the characters of some ranges, in any order and with overlaps. */
export function characters(ranges: readonly Range[]): Expression {
  const merged: [number, number][] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  if (merged.length === 0) return NOTHING;
  const [[first, last]] = merged as [[number, number]];
  if (merged.length === 1 && first === last) return text(String.fromCodePoint(first));
  return { kind: "characters", ranges: merged };
}

export function sequence(...parts: readonly Expression[]): Expression {
  const items: Expression[] = [];
  for (const part of parts.flatMap((each) => (each.kind === "sequence" ? each.items : [each]))) {
    if (isNothing(part)) return NOTHING;
    const previous = items.at(-1);
    if (part.kind === "text" && previous?.kind === "text")
      items[items.length - 1] = text(previous.text + part.text);
    else if (!isEmptyText(part)) items.push(part);
  }
  return items.length === 0
    ? EMPTY
    : items.length === 1
      ? (items[0] as Expression)
      : { kind: "sequence", items };
}

export function choice(...parts: readonly Expression[]): Expression {
  const items: Expression[] = [];
  const ranges: Range[] = [];
  const seen = new Set<string>();
  for (const part of parts.flatMap((each) => (each.kind === "choice" ? each.items : [each]))) {
    if (part.kind === "characters") ranges.push(...part.ranges);
    else if (part.kind === "text" && [...part.text].length === 1) {
      const codePoint = part.text.codePointAt(0) as number;
      ranges.push([codePoint, codePoint]);
    } else if (part.kind !== "text" || !seen.has(part.text)) {
      if (part.kind === "text") seen.add(part.text);
      items.push(part);
    }
  }
  if (ranges.length > 0) items.unshift(characters(ranges));
  return items.length === 1 ? (items[0] as Expression) : { kind: "choice", items };
}

export function repeat(item: Expression, min: number, max: number): Expression {
  if (max === 0 || isEmptyText(item) || (isNothing(item) && min === 0)) return EMPTY;
  if (isNothing(item)) return NOTHING;
  if (min === 1 && max === 1) return item;
  return { kind: "repeat", item, min, max };
}

export function optional(item: Expression): Expression {
  return repeat(item, 0, 1);
}
