/**
 * What a frame ends with, in one number: which of its formulas hold (`Result`), and above that what its whitespace tells
 * the frame around it (`WhitespacePolicy.tells`).
 */
import type { Result } from "./goals.js";

/** Results are below. So the whole is below 2^20, as the automaton's tables have it. */
const TOLD = 0x40000;

export const withTold = (result: Result, told: number): Result => result + told * TOLD;
export const bareResult = (result: Result): Result => result & (TOLD - 1);
export const toldBy = (result: Result): number => result >> 18;
