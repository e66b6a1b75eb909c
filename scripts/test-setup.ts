// Before each file of tests: what is drawn at random is the same in each run, so that a run tells something of the change and
// not of chance. `pnpm test:seeds` looks for what other draws find.
import fc from "fast-check";
import { randomNumbers } from "../packages/core/test/walk.js";

const seed = Number(process.env.GRAMMASK_SEED ?? 20_261_127);
if (!Number.isSafeInteger(seed)) throw new Error("GRAMMASK_SEED must be an integer");

fc.configureGlobal({ seed });
// Seeds of generations that have none of their own.
Math.random = randomNumbers(seed);
