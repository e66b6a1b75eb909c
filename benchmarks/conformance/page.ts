import { readFileSync, writeFileSync } from "node:fs";
import { draftTable, type Results, totalTable } from "./summary.js";

const START = "<!-- suite -->";
const END = "<!-- end -->";

/**
 * Writes the tables into a Markdown page, between the lines `<!-- suite -->` and `<!-- end -->`.
 * @throws Error if the page has no such lines
 */
export function writePage(file: string, results: Results, suite: string, date: string): void {
  const page = readFileSync(file, "utf8");
  const start = page.indexOf(START);
  const end = page.indexOf(END, start);
  if (start < 0 || end < 0) throw new Error(`${file} has no lines ${START} and ${END} for the tables`);
  const tables = [
    totalTable(results),
    ...Object.entries(results).map(([draft, files]) => draftTable(draft, files)),
  ];
  const text = `${date}, suite at ${suite}.\n\n${tables.map((table) => `\`\`\`text\n${table}\n\`\`\``).join("\n\n")}`;
  writeFileSync(file, `${page.slice(0, start)}${START}\n${text}\n${page.slice(end)}`);
}
