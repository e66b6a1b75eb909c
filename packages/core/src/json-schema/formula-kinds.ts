/** What formulas are made of: see `formula.ts`. */
import type { LanguageArena, NumberSet } from "../language/index.js";

export type Formula = number;
/** An interned set of property names: one name, or a language of names. */
export type KeySet = number;

export const TRUE: Formula = 0;
export const FALSE: Formula = 1;

/** The JSON types as bits; `true` and `false` are types of their own, since a literal's first byte tells them apart. */
export const enum JsonType {
  Null = 1,
  True = 2,
  False = 4,
  Number = 8,
  String = 16,
  Array = 32,
  Object = 64,
}
export const ALL_TYPES = 127;
export const JSON_TYPES = [1, 2, 4, 8, 16, 32, 64] as const;

export const enum Kind {
  True,
  And,
  ExactlyOne,
  Type,
  Str,
  Num,
  Items,
  ItemCount,
  Unique,
  Props,
  PropCount,
  ValueIn,
  Variable,
  Schema,
  Listed,
}

/** `Items(from, UNBOUNDED, S)` has no upper end. */
export const UNBOUNDED = 0x7fffffff;

/** The type that an atom is about, by its kind; 0: it is about all. */
export const ATOM_TYPE: readonly number[] = [
  0,
  0,
  0,
  0,
  JsonType.String,
  JsonType.Number,
  JsonType.Array,
  JsonType.Array,
  JsonType.Array,
  JsonType.Object,
  JsonType.Object,
  0,
  0,
  0,
  JsonType.Object,
];

/** How to read formulas; `FormulaStore` says what the fields are. */
export interface FormulaReader {
  readonly arena: LanguageArena;
  kind(formula: Formula): Kind;
  first(formula: Formula): number;
  second(formula: Formula): number;
  children(formula: Formula): readonly Formula[];
  nameOf(keys: KeySet): string | undefined;
  hasKey(keys: KeySet, name: string): boolean;
  typeMask(literal: Formula): number;
  /** What values a reference to a schema allows, at sight; undefined: the formula is no such reference. */
  rangeOfSchema(formula: Formula): ValueRange | undefined;
  /** The type of an array or object, if the formula says that the value equals that one. */
  constantType(formula: Formula): number | undefined;
}

/** What schemas and constants say at sight, by their numbers. */
export interface References {
  /** Undefined: it is no schema. */
  range(id: number): ValueRange | undefined;
  /** The type of a constant; undefined: it is no array or object. */
  constantType(id: number): number | undefined;
}

/** Values of some types, and of others only those that are listed. */
export interface ValueRange {
  /** Types of which any value is among them. */
  readonly types: number;
  /** Besides, these strings, */
  readonly texts: readonly string[];
  /** these numbers, */
  readonly numbers: NumberSet | undefined;
  /** and these arrays and objects, each a reference to a constant. */
  readonly constants: readonly Formula[];
}
