import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DRAFTS } from "./suite.js";

export interface ConformanceOptions {
  readonly suite: string;
  readonly drafts: readonly string[];
  /** Other engines of `grammask bench maskbench`, to compare with. */
  readonly peers: readonly string[];
  readonly json: string | undefined;
  readonly page: string | undefined;
  readonly expect: string | undefined;
  readonly updateExpect: boolean;
  readonly limitMs: number;
  readonly quiet: boolean;
}

const usage = `pnpm conformance --suite DIR [--draft NAME]... [--engines NAMES] [--json OUT] [--page FILE]
                   [--expect FILE [--update-expect]] [--limit MS] [--quiet]

Runs the JSON Schema Test Suite (a copy of it: https://github.com/json-schema-org/JSON-Schema-Test-Suite): every schema is
compiled, and every instance read byte by byte; one that is accepted to its end counts as valid.
  --suite DIR      the suite's folder, with tests/ and remotes/
  --draft NAME     ${Object.keys(DRAFTS).join(", ")}; default: all of them
  --engines NAMES  grammask, and others beside it that "grammask bench maskbench" knows, such as llguidance; with commas
  --json OUT       write all counts and failures
  --page FILE      write the tables into a Markdown page, between <!-- suite --> and <!-- end -->
  --expect FILE    compare with this file, and end with 1 where a test got worse
  --update-expect  write that file instead
  --limit MS       the most time for one schema and its tests (default 5000)
  --quiet          the totals only
`;

/** The options of the command line, or undefined where it asks for help. */
export function readOptions(args: readonly string[]): ConformanceOptions | undefined {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      suite: { type: "string" },
      draft: { type: "string", multiple: true },
      engines: { type: "string", default: "grammask" },
      json: { type: "string" },
      page: { type: "string" },
      expect: { type: "string" },
      "update-expect": { type: "boolean", default: false },
      limit: { type: "string", default: "5000" },
      quiet: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return undefined;
  }
  if (values.suite === undefined) throw new Error(`--suite is missing\n${usage}`);
  if (!existsSync(join(values.suite, "tests")))
    throw new Error(`${values.suite} has no folder tests: is it the suite?`);
  const drafts = values.draft ?? Object.keys(DRAFTS).filter((draft) => existsSync(draftFolder(draft)));
  function draftFolder(draft: string) {
    return join(values.suite!, "tests", draft);
  }
  for (const draft of drafts) {
    if (!(draft in DRAFTS)) throw new Error(`--draft must be one of ${Object.keys(DRAFTS).join(", ")}`);
    if (!existsSync(draftFolder(draft))) throw new Error(`The suite has no tests for ${draft}`);
  }
  const [own, ...peers] = values.engines.split(",");
  if (own !== "grammask") throw new Error("--engines must begin with grammask");
  const limitMs = Number(values.limit);
  if (!(limitMs > 0)) throw new Error("--limit must be a number of milliseconds");
  if (values["update-expect"] && values.expect === undefined)
    throw new Error("--update-expect needs --expect FILE");
  return {
    suite: values.suite,
    drafts,
    peers,
    json: values.json,
    page: values.page,
    expect: values.expect,
    updateExpect: values["update-expect"],
    limitMs,
    quiet: values.quiet,
  };
}
