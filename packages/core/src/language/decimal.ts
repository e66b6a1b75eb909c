/** Exact decimal numbers of any magnitude, as JSON writes them. No floating point, no expansion of exponents. */
export class Decimal {
  static readonly zero = new Decimal(0, "", 0n);

  private constructor(
    readonly sign: -1 | 0 | 1,
    /** The significant digits, with no zero at either end; empty for zero. */
    readonly digits: string,
    /** The magnitude is digits × 10^exponent. */
    readonly exponent: bigint,
  ) {}

  /**
   * Reads a number in JSON's syntax (RFC 8259), of any length.
   * @throws SyntaxError if the text is not one
   */
  static parse(text: string): Decimal {
    const match = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text);
    if (!match) throw new SyntaxError(`Not a JSON number: ${text.slice(0, 40)}`);
    const fraction = match[3] ?? "";
    return Decimal.of(
      match[1] === "-",
      match[2]! + fraction,
      BigInt(match[4] ?? 0) - BigInt(fraction.length),
    );
  }

  /** digits × 10^exponent, for digits with zeros at any end. */
  static of(negative: boolean, digits: string, exponent: bigint): Decimal {
    let start = 0;
    while (digits[start] === "0") start++;
    let end = digits.length;
    while (end > start && digits[end - 1] === "0") end--;
    if (start === end) return Decimal.zero;
    return new Decimal(negative ? -1 : 1, digits.slice(start, end), exponent + BigInt(digits.length - end));
  }

  /** Whether it is an integer in the mathematical sense. */
  get isInteger(): boolean {
    return this.exponent >= 0n;
  }

  /** The exponent of the form d.ddd × 10^E (of no meaning for zero). */
  get scientificExponent(): bigint {
    return this.exponent + BigInt(this.digits.length) - 1n;
  }

  /** How many digits the fixed notation has on the longer side of the point, about: what exact arithmetic costs. */
  get extent(): number {
    const above = this.scientificExponent + 1n;
    const below = -this.exponent;
    return Number(above > below ? above : below);
  }

  negate(): Decimal {
    return this.sign === 0 ? this : new Decimal(this.sign === 1 ? -1 : 1, this.digits, this.exponent);
  }

  /** Negative, zero or positive as this is less than, equal to or greater than the other. */
  compare(other: Decimal): number {
    if (this.sign !== other.sign) return this.sign - other.sign;
    if (this.sign === 0) return 0;
    return this.sign * this.#compareMagnitude(other);
  }

  /** The value × 10^scale; only for a scale at which that is an integer. */
  scaled(scale: number): bigint {
    if (this.sign === 0) return 0n;
    const magnitude = BigInt(this.digits) * 10n ** (this.exponent + BigInt(scale));
    return this.sign < 0 ? -magnitude : magnitude;
  }

  /** The largest integer that is not greater than the value × 10^scale. */
  floorScaled(scale: number): bigint {
    const exponent = this.exponent + BigInt(scale);
    if (exponent >= 0n || this.sign === 0) return this.scaled(scale);
    const divisor = 10n ** -exponent;
    const magnitude = BigInt(this.digits);
    return this.sign > 0 ? magnitude / divisor : -((magnitude + divisor - 1n) / divisor);
  }

  /** Whether the value × 10^scale is an integer. */
  isIntegerAt(scale: number): boolean {
    return this.sign === 0 || this.exponent + BigInt(scale) >= 0n;
  }

  #compareMagnitude(other: Decimal): number {
    const x = this.scientificExponent;
    const y = other.scientificExponent;
    if (x !== y) return x < y ? -1 : 1;
    const length = Math.max(this.digits.length, other.digits.length);
    const [mine, theirs] = [this.digits.padEnd(length, "0"), other.digits.padEnd(length, "0")];
    return mine < theirs ? -1 : mine > theirs ? 1 : 0;
  }
}
