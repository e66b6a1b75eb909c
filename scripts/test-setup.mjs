// Before each file of tests: what is drawn at random is the same in each run, so that a run tells something of the change and
// not of chance. `pnpm test:seeds` looks for what other draws find.
import fc from "fast-check";
import { testSeed } from "./test-seed.mjs";

fc.configureGlobal({ seed: testSeed });

// Seeds of generations that have none of their own. mulberry32; see packages/core/test/walk.ts.
let state = testSeed >>> 0;
Math.random = () => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
