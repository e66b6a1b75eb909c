import type { Verdict } from "./judge.js";
import { type Counts, noCounts, type Results } from "./summary.js";

export interface ExpectedFile extends Counts {
  /** What came of the tests that do not pass, by id. */
  readonly failing: Readonly<Record<string, Verdict>>;
}

/** The committed expectation: how far the engine has come, so that no step goes back. */
export interface Expectation {
  /** The copy of the suite that it was made with. */
  readonly suite: string | null;
  /** By draft, then by file. */
  readonly drafts: Readonly<Record<string, Readonly<Record<string, ExpectedFile>>>>;
}

export interface Comparison {
  /** Tests that passed, or failed less seriously. */
  readonly worse: string[];
  readonly better: string[];
}

export function expectationOf(results: Results, suite: string | null): Expectation {
  const drafts: Record<string, Record<string, ExpectedFile>> = {};
  for (const [draft, files] of Object.entries(results)) {
    const expected: Record<string, ExpectedFile> = (drafts[draft] = {});
    for (const [name, file] of Object.entries(files)) {
      const counts = noCounts();
      for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] = file[key];
      const failing = Object.fromEntries(file.failures.map(({ id, verdict }) => [id, verdict]));
      expected[name] = { ...counts, failing };
    }
  }
  return { suite, drafts };
}

/** An expectation where only some drafts were run: the others stay as they were. */
export function mergeExpectations(old: Expectation | undefined, now: Expectation): Expectation {
  return { suite: now.suite, drafts: { ...old?.drafts, ...now.drafts } };
}

/** How bad an outcome is. To refuse a schema is honest; to accept what is invalid is the worst. */
const SEVERITY: Record<Verdict, number> = {
  pass: 0,
  "compile-error": 1,
  rejected: 2,
  timeout: 3,
  crash: 4,
  accepted: 5,
};

/** Compares test by test. A file that the expectation does not know must pass. */
export function compare(results: Results, expected: Expectation): Comparison {
  const worse: string[] = [];
  const better: string[] = [];
  for (const [draft, files] of Object.entries(results)) {
    for (const [name, file] of Object.entries(files)) {
      const before = expected.drafts[draft]?.[name];
      const now = new Map<string, Verdict>(file.failures.map(({ id, verdict }) => [id, verdict]));
      const failed = new Map(Object.entries(before?.failing ?? {}));
      for (const id of new Set([...now.keys(), ...failed.keys()])) {
        const [was, is] = [failed.get(id) ?? "pass", now.get(id) ?? "pass"];
        const line = `${draft} ${name}: ${id}: ${was} -> ${is}`;
        if (SEVERITY[is] > SEVERITY[was]) worse.push(line);
        else if (SEVERITY[is] < SEVERITY[was]) better.push(line);
      }
      if (before !== undefined && file.tests < before.tests) {
        worse.push(`${draft} ${name}: ${file.tests} tests, ${before.tests} expected`);
      }
    }
  }
  return { worse, better };
}
