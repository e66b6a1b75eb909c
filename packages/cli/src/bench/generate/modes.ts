import type { Whitespace } from "@grammask/core";
import { OWN, type System } from "./systems.js";

const WHITESPACE: readonly Whitespace[] = ["pretty", "compact", "spaced"];

/** Ways in which this project can be asked: whitespace. All in one process, since their times are not compared. */
export function modes(): System[] {
  return WHITESPACE.map((whitespace) => ({
    ...OWN,
    name: whitespace as string,
    options: { schemaOptions: { whitespace } },
  }));
}
