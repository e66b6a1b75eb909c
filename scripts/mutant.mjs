// The change that mutation.mjs asks for, by the environment.

/** A change of a file's text. @typedef {{ file: string, start: number, end: number, replacement: string }} Mutant */

/** @type {Mutant | undefined} */
export const mutant = process.env.GRAMMASK_MUTANT ? JSON.parse(process.env.GRAMMASK_MUTANT) : undefined;

/** @param {string} code @param {Mutant} mutant */
export const mutated = (code, { start, end, replacement }) =>
  code.slice(0, start) + replacement + code.slice(end);
