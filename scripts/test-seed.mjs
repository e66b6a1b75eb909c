/** What tests draw at random begins with it. */
export const testSeed = Number(process.env.GRAMMASK_SEED ?? 20_261_127);
if (!Number.isSafeInteger(testSeed)) throw new Error("GRAMMASK_SEED must be an integer");
