import type { ToolFormat } from "./format.js";
import { HERMES, PLAIN } from "./json-formats.js";
import type { ToolFormatName } from "./types.js";

/** The formats by name. */
export const TOOL_FORMATS: Partial<Record<ToolFormatName, ToolFormat>> = { plain: PLAIN, hermes: HERMES };
