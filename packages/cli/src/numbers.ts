import { InvalidArgumentError } from "commander";

interface Range {
  readonly min: number;
  readonly max?: number;
}

/** A parser for an option that is a whole number. */
export function wholeNumber(range: Range): (text: string) => number {
  return (text) => {
    if (!/^[+-]?\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
    return inRange(Number(text), range);
  };
}

/** A parser for an option that is a number. */
export function decimalNumber(range: Range): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("It must be a number.");
    return inRange(value, range);
  };
}

function inRange(value: number, { min, max }: Range): number {
  if (value < min) throw new InvalidArgumentError(`It must be at least ${min}.`);
  if (max !== undefined && value > max) throw new InvalidArgumentError(`It must be at most ${max}.`);
  return value;
}
