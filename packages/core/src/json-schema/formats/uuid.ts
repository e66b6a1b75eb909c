import { type FormatBuilder, whole } from "./builder.js";

/** The UUID of RFC 9562, section 4: hexadecimal digits in either case, of every version and variant. */
export const uuid: FormatBuilder = (arena) =>
  whole(arena, "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}");
