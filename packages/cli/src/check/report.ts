import type { CompileReport } from "@grammask/core";
import type { Io } from "../io.js";

/** Pointers shown of a keyword. */
const SHOWN = 3;

/** What the compiler made of a schema, for people. */
export function reportText(io: Io, { dialect, annotations, warnings }: CompileReport): string {
  const { dim } = io.colors;
  const lines = [`${dim("dialect     ")} ${dialect}`];
  const byKeyword = new Map<string, string[]>();
  for (const { keyword, pointer } of annotations) {
    const pointers = byKeyword.get(keyword);
    if (pointers) pointers.push(pointer);
    else byKeyword.set(keyword, [pointer]);
  }
  const none = "none";
  lines.push(
    `${dim("annotations ")} ${byKeyword.size === 0 ? none : "keywords that say nothing about validity, and where"}`,
  );
  const width = Math.max(...[...byKeyword.keys()].map((keyword) => keyword.length));
  for (const [keyword, pointers] of byKeyword) {
    const shown = pointers.slice(0, SHOWN).map((pointer) => (pointer === "" ? "the root" : pointer));
    if (pointers.length > SHOWN) shown.push(`${pointers.length - SHOWN} more`);
    lines.push(`  ${keyword.padEnd(width)}  ${shown.join(", ")}`);
  }
  if (warnings.length > 0) lines.push(`${dim("warnings    ")} keywords that are not enforced, and why`);
  for (const { pointer, keyword, reason } of warnings) {
    lines.push(`  ${keyword} at ${pointer === "" ? "the root" : pointer}: ${reason}`);
  }
  return `${lines.join("\n")}\n`;
}
