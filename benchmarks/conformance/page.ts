import { readFileSync, writeFileSync } from "node:fs";
import type { PeerResults } from "./peers.js";
import { comparisonTable, draftTable, type Results, totalTable } from "./summary.js";

export interface PageContent {
  readonly results: Results;
  /** By engine. */
  readonly peers: Readonly<Record<string, PeerResults>>;
  readonly suite: string;
  readonly date: string;
}

/**
 * Writes the tables into a Markdown page: between `<!-- suite -->` and `<!-- end -->`, and, where other engines were run,
 * the comparison with them between `<!-- engines -->` and `<!-- end -->`.
 * @throws Error if the page has no such lines
 */
export function writePage(file: string, { results, peers, suite, date }: PageContent): void {
  const tables = [
    totalTable(results),
    ...Object.entries(results).map(([draft, files]) => draftTable(draft, files)),
  ];
  const source = `${date}, suite at ${suite}.`;
  let page = replace(readFileSync(file, "utf8"), "suite", [source, ...tables.map(fence)], file);
  if (Object.keys(peers).length > 0) {
    const versions = Object.values(peers).map(({ version }) => version);
    const parts = [`${source} Beside ${versions.join(", ")}.`, fence(comparisonTable(results, peers))];
    page = replace(page, "engines", parts, file);
  }
  writeFileSync(file, page);
}

function replace(page: string, name: string, parts: readonly string[], file: string): string {
  const line = `<!-- ${name} -->`;
  const start = page.indexOf(line);
  const end = page.indexOf("<!-- end -->", start);
  if (start < 0 || end < 0) throw new Error(`${file} has no lines ${line} and <!-- end --> for the tables`);
  return `${page.slice(0, start)}${line}\n${parts.join("\n\n")}\n${page.slice(end)}`;
}

function fence(table: string): string {
  return `\`\`\`text\n${table}\n\`\`\``;
}
