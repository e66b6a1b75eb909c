/**
 * xoshiro128** (Blackman and Vigna, public domain), its state filled by splitmix32: 128 bits of state, period 2^128 - 1,
 * 32-bit arithmetic only. Not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed an integer from 0 to 2^32 - 1; equal seeds give equal sequences */
  constructor(seed: number) {
    let state = seed | 0;
    const split = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return z ^ (z >>> 15);
    };
    this.#a = split();
    this.#b = split();
    this.#c = split();
    this.#d = split();
  }

  /** A number in [0, 1) with 53 random bits. */
  next(): number {
    const high = this.#bits() >>> 5;
    return (high * 0x4000000 + (this.#bits() >>> 6)) / 0x20000000000000;
  }

  #bits(): number {
    const scrambled = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotate(this.#d, 11);
    return scrambled;
  }
}

function rotate(bits: number, by: number): number {
  return (bits << by) | (bits >>> (32 - by));
}

/** A seed for a run that named none. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 0x100000000);
}
