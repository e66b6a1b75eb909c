/** JSON Pointers and relative JSON Pointers. */
import { build, type FormatBuilder, whole } from "./builder.js";

/** The ABNF of RFC 6901, section 3: any code point, but `~` only as `~0` and `~1`. */
export const jsonPointer: FormatBuilder = (arena) => whole(arena, "(?:/(?:[^/~]|~[01])*)*");

/**
 * draft-handrews-relative-json-pointer-01, section 3: an integer without leading zeros, then a JSON Pointer or `#`.
 * The index manipulation (`0+1/a`) that later versions of that draft added is left out, as validators do not know it.
 */
export const relativeJsonPointer: FormatBuilder = (arena) =>
  arena.concat(whole(arena, "0|[1-9][0-9]*"), arena.union([build(arena, jsonPointer), arena.text("#")]));
