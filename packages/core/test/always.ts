/**
 * How many of so many draws are to be the same whatever the run's seed is, by a seed of their own: what is counted among them
 * does not depend on chance, while the others differ from seed to seed.
 */
export function always(draws: number): number {
  return Math.ceil(Math.min(draws / 2, 200));
}
