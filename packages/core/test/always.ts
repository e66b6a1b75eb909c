/**
 * How many of so many draws are to be the same in each run, by a seed of their own: what is counted among them does not
 * depend on chance, while the others go on to differ.
 */
export function always(draws: number): number {
  return Math.ceil(Math.min(draws / 2, 200));
}
