// `pnpm bench:adversarial`: schemas that are hard for an engine that multiplies out. Milliseconds that the calling thread
// works, in one process, so that the first case pays for the start, and in brackets those with V8's own threads; `NAME` runs
// the cases whose name contains it.
import { UnsatisfiableSchemaError } from "@grammask/core";
import { round, table } from "../shared/results.js";
import { CASES } from "./cases.js";
import { type Reading, read } from "./read.js";
import { type Work, Worked } from "./work.js";

const NOTHING: Work = { thread: 0, process: 0 };

const [only = ""] = process.argv.slice(2).filter((arg) => arg !== "--");
const rows: (string | number)[][] = [["case", "value", "outcome", "compile", "longest byte", "total"]];

for (const { name, schema, valid, invalid } of CASES.filter((one) => one.name.includes(only))) {
  for (const [kind, values] of Object.entries({ valid, invalid })) {
    values.forEach((value, i) => {
      const reading = measured(schema, value);
      const times = [reading.compile, reading.longest, reading.total].map(
        (work) => `${round(work.thread, 1)} (${round(work.process, 1)})`,
      );
      rows.push([name, `${kind} ${i + 1}`, reading.outcome, ...times]);
    });
  }
}
console.log(table(rows));

function measured(
  schema: unknown,
  value: unknown,
): Reading | (Omit<Reading, "outcome"> & { outcome: string }) {
  const start = new Worked();
  try {
    return read(schema, value);
  } catch (error) {
    if (!(error instanceof UnsatisfiableSchemaError)) throw error;
    const time = start.sinceThen();
    return { outcome: "unsatisfiable", compile: time, longest: NOTHING, total: time };
  }
}
