import type { Formula } from "../json-schema/formula.js";
import type { Language, LazyMap } from "../language/index.js";
import type { FlatObject } from "./flat-object.js";
import type { Goal, PendingGoal } from "./goals.js";
import type { Listed } from "./listed-objects.js";
import type { NameList, SeenKeys } from "./property-order.js";

/** How an object may end: its result, plus one; 0: it may not. */
export type ObjectEnd = number;

/** An open object, before a key or its end. */
export interface ObjectState {
  readonly id: number;
  readonly formulas: readonly Formula[];
  readonly constraint: Formula;
  /** What must hold of the rest: the constraint over the formulas. */
  readonly combined: Formula;
  readonly names: NameList;
  /** Index of the first name that can still come; 0 when the order is free. */
  readonly cursor: number;
  readonly seen: SeenKeys;
  /** The same as `combined`, and perhaps statements about names that have come; undefined: it is more complicated. */
  readonly flat: FlatObject | undefined;
  /** What the object can come to be; undefined: it is more complicated, or `flat` is known to be all. */
  readonly cases: readonly FlatObject[] | undefined;
  keys: Language | undefined;
  /** Whether there are any; undefined: not asked for yet. */
  hasKeys: boolean | undefined;
  /** See `Objects.afterOther`; undefined: not asked for yet. */
  afterOther: ObjectEnd | null | undefined;
  /** Whether it may end here; undefined: not asked for yet. */
  end: ObjectEnd | undefined;
  /** The goal of values behind names that no schema mentions; null: it depends on the name, undefined: not asked for yet. */
  otherGoal: Goal | null | undefined;
  readonly properties: LazyMap<string, PendingProperty | null>;
  /** Of an object that is to be one of a long list: those that it can still be. Nothing else is asked of it. */
  readonly listed: Listed | undefined;
}

/** A property whose key has been read and whose value comes. */
export interface PendingProperty extends PendingGoal {
  readonly id: number;
  readonly constraint: Formula;
  readonly names: NameList;
  readonly cursor: number;
  readonly seen: SeenKeys;
  readonly flat: FlatObject | undefined;
  /** Where what comes after depends on what the value is. */
  readonly listed: ListedProperty | undefined;
}

/** A property of an object that is to be one of a long list. */
export interface ListedProperty {
  readonly name: string;
  /** Those that it can be before the value is known. */
  readonly objects: Listed;
  /** The states behind values, by their canonical text. */
  readonly states: Map<string, ObjectState>;
}
