/** What the front ends of context-free grammars make of their sources. */
import type { Language, LanguageArena } from "../language/index.js";
import type { JsonSchemaOptions } from "./json-schema-options.js";

/** A place in a source: line and column, both from 1. */
export interface SourcePlace {
  readonly line: number;
  readonly column: number;
}

export type GrammarNode =
  /** The text itself. */
  | { readonly kind: "text"; readonly text: string }
  /** The texts of a regular language, which is made in the arena that the grammar uses. */
  | { readonly kind: "regular"; readonly build: (arena: LanguageArena) => Language }
  | { readonly kind: "sequence"; readonly items: readonly GrammarNode[] }
  | { readonly kind: "choice"; readonly items: readonly GrammarNode[] }
  /** At least `min` and at most `max` of the item; `max` may be Infinity. */
  | { readonly kind: "repeat"; readonly item: GrammarNode; readonly min: number; readonly max: number }
  /** A regular item's texts of at most so many characters. */
  | { readonly kind: "limited"; readonly item: GrammarNode; readonly maxLength: number }
  | { readonly kind: "rule"; readonly name: string; readonly place?: SourcePlace }
  /** A JSON value that is valid against a schema. */
  | { readonly kind: "json"; readonly schema: unknown; readonly options?: JsonSchemaOptions }
  /** One token of some, or if negated of all others: names of special tokens, and ranges of ids, ends included. */
  | {
      readonly kind: "tokens";
      readonly names?: readonly string[];
      readonly ranges?: readonly (readonly [number, number])[];
      readonly isNegated?: boolean;
    }
  /** An item whose text is captured: see `Matcher.captures`. */
  | {
      readonly kind: "capture";
      readonly item: GrammarNode;
      /** Undefined: only the suffix is captured. */
      readonly name?: string;
      /** A regular part at the end of a regular item that the capture leaves out, and what it is captured as. */
      readonly suffix?: { readonly own: GrammarNode; readonly node: GrammarNode; readonly name?: string };
    }
  /** A regular item that is one terminal: see `Ending`. */
  | {
      readonly kind: "lexeme";
      readonly item: GrammarNode;
      readonly ending: "anywhere" | "longest" | "shortest";
      /** So many tokens it may take; then it ends as soon as it can. */
      readonly maxTokens?: number;
      readonly temperature?: number;
    };

/** A grammar before it is compiled. */
export interface GrammarTree {
  readonly rules: ReadonlyMap<string, GrammarNode>;
  /** The name of the rule that outputs follow. */
  readonly start: string;
  /** What may stand between terminals that end at the longest. */
  readonly ignored?: GrammarNode;
  /** Whether it may stand before the first. Default: false. */
  readonly isIgnoredAtStart?: boolean;
}

export const text = (value: string): GrammarNode => ({ kind: "text", text: value });
export const sequence = (...items: GrammarNode[]): GrammarNode => ({ kind: "sequence", items });
export const choice = (...items: GrammarNode[]): GrammarNode => ({ kind: "choice", items });
export const repeat = (item: GrammarNode, min: number, max: number): GrammarNode => ({
  kind: "repeat",
  item,
  min,
  max,
});
export const optional = (item: GrammarNode): GrammarNode => repeat(item, 0, 1);
export const rule = (name: string): GrammarNode => ({ kind: "rule", name });
/** A special token by its name. */
export const token = (name: string): GrammarNode => ({ kind: "tokens", names: [name] });
/** A special token, or where the vocabulary has none of that name the text; either where it has. */
export const marker = (name: string): GrammarNode => choice(text(name), token(name));
