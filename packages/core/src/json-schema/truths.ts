/**
 * Three-valued answers to which of seven samples match a schema: one value of each type (null, true, false, 0, "", [] and
 * {}), with the bits of `JsonType`.
 */
import { ALL_TYPES, type JsonType } from "./formula.js";

/** Which samples match: surely in the low seven bits, perhaps in the next seven. Bits are those of `JsonType`. */
export type Truths = number;
export const ALL: Truths = ALL_TYPES | (ALL_TYPES << 7);
export const NONE: Truths = 0;
export const UNKNOWN: Truths = ALL_TYPES << 7;

const pack = (surely: number, perhaps: number): Truths => (surely & ALL_TYPES) | ((perhaps & ALL_TYPES) << 7);
export const surelyOf = (truths: Truths): number => truths & ALL_TYPES;
const perhapsOf = (truths: Truths): number => truths >> 7;
export const not = (truths: Truths): Truths => pack(~perhapsOf(truths), ~surelyOf(truths));

/** Known to be these and no others. */
export function same(types: number): Truths {
  return pack(types, types);
}

export function except(types: number): Truths {
  return same(ALL_TYPES & ~types);
}

/** All, and whether those of one type is open. */
export function unknown(type: JsonType): Truths {
  return pack(ALL_TYPES & ~type, ALL_TYPES);
}

export function exactlyOne(list: readonly Truths[]): Truths {
  let surelyOne = 0;
  let perhapsOne = 0;
  let perhapsSeveral = 0;
  let surelySeveral = 0;
  for (const truths of list) {
    const surely = surelyOf(truths);
    const perhaps = perhapsOf(truths);
    surelySeveral |= surelyOne & surely;
    perhapsSeveral |= perhapsOne & perhaps;
    surelyOne |= surely;
    perhapsOne |= perhaps;
  }
  return pack(surelyOne & ~perhapsSeveral, perhapsOne & ~surelySeveral);
}
