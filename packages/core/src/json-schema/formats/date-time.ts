/** Dates and times of RFC 3339, section 5.6, with the restrictions of section 5.7. */
import { build, type FormatBuilder, whole } from "./builder.js";
import { leapSecondDateTime, leapSecondTime } from "./leap-second.js";

/** Years that have a 29 February: multiples of 4, of centuries only the multiples of 400. */
const LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";

/** `full-date`: years 0000 to 9999 of the Gregorian calendar, days that exist. */
export const date: FormatBuilder = (arena) => {
  const days31 = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])";
  const days30 = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)";
  const february = "02-(?:0[1-9]|1[0-9]|2[0-8])";
  return whole(arena, `[0-9]{4}-(?:${days31}|${days30}|${february})|${LEAP_YEAR}-02-29`);
};

/** `full-time` without leap seconds. */
const ordinaryTime: FormatBuilder = (arena) => {
  const clock = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";
  return whole(arena, `${clock}:[0-5][0-9](?:\\.[0-9]+)?(?:[Zz]|[+\\-]${clock})`);
};

/**
 * `full-time`: with an offset, `Z` in either case, any number of digits in a fraction; 60 seconds at 23:59 UTC.
 */
export const time: FormatBuilder = (arena) =>
  arena.union([build(arena, ordinaryTime), leapSecondTime(arena)]);

/**
 * `date-time`: with `T` in either case, and not the space that section 5.6 leaves to applications. 60 seconds are
 * allowed only where a leap second was: those that the future may bring are left out.
 */
export const dateTime: FormatBuilder = (arena) => {
  const separator = whole(arena, "[Tt]");
  const ordinary = arena.concat(build(arena, date), separator, build(arena, ordinaryTime));
  return arena.union([ordinary, leapSecondDateTime(arena, separator)]);
};
