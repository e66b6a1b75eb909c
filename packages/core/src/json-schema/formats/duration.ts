import { type FormatBuilder, whole } from "./builder.js";

/**
 * The duration of RFC 3339, appendix A: units in order and without gaps (`P1Y2D` is none), weeks alone, no fractions.
 * ABNF reads letters in either case; only upper-case ones are allowed here, as ISO 8601 and validators have them.
 */
export const duration: FormatBuilder = (arena) => {
  const second = "[0-9]+S";
  const minute = `[0-9]+M(?:${second})?`;
  const hour = `[0-9]+H(?:${minute})?`;
  const time = `T(?:${hour}|${minute}|${second})`;
  const day = "[0-9]+D";
  const month = `[0-9]+M(?:${day})?`;
  const year = `[0-9]+Y(?:${month})?`;
  return whole(arena, `P(?:(?:${day}|${month}|${year})(?:${time})?|${time}|[0-9]+W)`);
};
