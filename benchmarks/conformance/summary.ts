import { table } from "../shared/results.js";
import type { Finding, Verdict } from "./judge.js";
import { type Group, SECTIONS, type Section } from "./suite.js";

export interface Counts {
  tests: number;
  passed: number;
  wronglyRejected: number;
  wronglyAccepted: number;
  compileErrors: number;
  crashes: number;
  timeouts: number;
}

export interface Failure {
  readonly id: string;
  readonly verdict: Exclude<Verdict, "pass">;
  readonly cause?: string;
  readonly detail?: string;
  readonly schema: string;
  readonly instance: string;
}

export interface FileResult extends Counts {
  readonly section: Section;
  readonly failures: Failure[];
}

/** By draft, then by file. */
export type Results = Record<string, Record<string, FileResult>>;

const COUNTER = {
  pass: "passed",
  rejected: "wronglyRejected",
  accepted: "wronglyAccepted",
  "compile-error": "compileErrors",
  crash: "crashes",
  timeout: "timeouts",
} as const satisfies Record<Verdict, keyof Counts>;

export const noCounts = (): Counts => ({
  tests: 0,
  passed: 0,
  wronglyRejected: 0,
  wronglyAccepted: 0,
  compileErrors: 0,
  crashes: 0,
  timeouts: 0,
});

export function addGroup(results: Results, group: Group, findings: readonly Finding[]): void {
  const files = (results[group.draft] ??= {});
  const file = (files[group.file] ??= { section: group.section, ...noCounts(), failures: [] });
  findings.forEach(({ verdict, cause, detail }, i) => {
    file.tests++;
    file[COUNTER[verdict]]++;
    if (verdict === "pass") return;
    const { id, instance } = group.tests[i]!;
    file.failures.push({
      id,
      verdict,
      ...(cause === undefined ? {} : { cause }),
      ...(detail === undefined ? {} : { detail }),
      schema: group.schema,
      instance,
    });
  });
}

export function sum(files: Iterable<Counts>): Counts {
  const total = noCounts();
  for (const file of files) for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += file[key];
  return total;
}

const HEADER = ["tests", "passed", "%", "rejected", "accepted", "compile errors", "crashes", "timeouts"];

function row(name: string, counts: Counts): (string | number)[] {
  const { tests, passed, wronglyRejected, wronglyAccepted, compileErrors, crashes, timeouts } = counts;
  const percent = tests === 0 ? "-" : (Math.floor((1000 * passed) / tests) / 10).toFixed(1);
  return [name, tests, passed, percent, wronglyRejected, wronglyAccepted, compileErrors, crashes, timeouts];
}

/** The files of a draft, section by section, with the sections' sums. */
export function draftTable(draft: string, files: Record<string, FileResult>): string {
  const rows: (string | number)[][] = [[draft, ...HEADER]];
  for (const section of SECTIONS) {
    const entries = Object.entries(files).filter(([, file]) => file.section === section);
    for (const [name, file] of entries) rows.push(row(name, file));
    rows.push(row(`= ${section}`, sum(entries.map(([, file]) => file))));
  }
  return table(rows);
}

/** One line for each draft and section. */
export function totalTable(results: Results): string {
  const rows: (string | number)[][] = [["totals", ...HEADER]];
  for (const [draft, files] of Object.entries(results)) {
    for (const section of SECTIONS) {
      const counts = sum(Object.values(files).filter((file) => file.section === section));
      if (counts.tests > 0) rows.push(row(`${draft} ${section}`, counts));
    }
  }
  return table(rows);
}

/** The totals of this project's engine, and of others on the same tests: a line for each engine, draft and section. */
export function comparisonTable(
  own: Results,
  peers: Readonly<Record<string, { readonly results: Results }>>,
): string {
  const rows: (string | number)[][] = [["", "engine", ...HEADER]];
  for (const [draft, files] of Object.entries(own)) {
    for (const section of SECTIONS) {
      const engines = { grammask: files, ...mapValues(peers, ({ results }) => results[draft] ?? {}) };
      for (const [engine, results] of Object.entries(engines)) {
        const counts = sum(Object.values(results).filter((file) => file.section === section));
        if (counts.tests > 0) rows.push([`${draft} ${section}`, engine, ...row("", counts).slice(1)]);
      }
    }
  }
  return table(rows);
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, f: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}

/** How often schemas were refused for what reason, and in how many groups of tests; most frequent first. */
export function causeTable(results: Results): string {
  const causes = new Map<string, { tests: number; schemas: Set<string> }>();
  for (const files of Object.values(results)) {
    for (const { failures } of Object.values(files)) {
      for (const { verdict, cause, schema } of failures) {
        if (verdict !== "compile-error") continue;
        const entry = causes.get(cause ?? "?") ?? { tests: 0, schemas: new Set() };
        causes.set(cause ?? "?", entry);
        entry.tests++;
        entry.schemas.add(schema);
      }
    }
  }
  const rows = [...causes].sort((a, b) => b[1].tests - a[1].tests);
  return table([
    ["compile errors", "tests", "schemas"],
    ...rows.map(([cause, { tests, schemas }]) => [cause, tests, schemas.size]),
  ]);
}
