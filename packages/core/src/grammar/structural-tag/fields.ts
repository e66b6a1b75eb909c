import { GrammarError } from "../errors.js";

const NONE = Symbol("required");

/** The fields of a format, each asked for once; what is not asked for is an error. */
export class Fields {
  readonly path: string;
  private readonly values: ReadonlyMap<string, unknown>;
  private readonly asked = new Set(["type"]);

  /** @throws GrammarError where it is no object */
  constructor(format: unknown, path: string) {
    if (typeof format !== "object" || format === null || Array.isArray(format)) {
      throw new GrammarError(`Format ${path}: an object is needed.`);
    }
    this.path = path;
    this.values = new Map(Object.entries(format));
  }

  get type(): unknown {
    return this.values.get("type");
  }

  fail(reason: string): never {
    throw new GrammarError(`Format ${this.path}: ${reason}`);
  }

  has(name: string): boolean {
    return this.values.get(name) !== undefined && this.values.get(name) !== null;
  }

  any(name: string): unknown {
    this.asked.add(name);
    if (!this.has(name)) this.fail(`"${name}" is missing.`);
    return this.values.get(name);
  }

  string(name: string, fallback: string | typeof NONE = NONE): string {
    const value = this.optional(name, fallback);
    return typeof value === "string" ? value : this.fail(`"${name}" must be a string.`);
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.optional(name, fallback);
    return typeof value === "boolean" ? value : this.fail(`"${name}" must be true or false.`);
  }

  /** A whole number from `least` on. */
  number(name: string, least: number): number {
    const value = this.any(name);
    if (typeof value === "number" && Number.isInteger(value) && value >= least) return value;
    return this.fail(`"${name}" must be a whole number from ${least} on.`);
  }

  list(name: string, fallback: readonly unknown[] | typeof NONE = NONE): readonly unknown[] {
    const value = this.optional(name, fallback);
    return Array.isArray(value) ? value : this.fail(`"${name}" must be a list.`);
  }

  /** A list of strings that are not empty. */
  strings(name: string, fallback: readonly string[] | typeof NONE = NONE): string[] {
    return this.list(name, fallback).map((value) =>
      typeof value === "string" && value !== ""
        ? value
        : this.fail(`"${name}" must be a list of strings that are not empty.`),
    );
  }

  /** To be called when all fields have been asked for. */
  end(): void {
    const unknown = [...this.values.keys()].find((name) => !this.asked.has(name));
    if (unknown !== undefined) this.fail(`the field "${unknown}" is not supported here.`);
  }

  private optional(name: string, fallback: unknown): unknown {
    this.asked.add(name);
    if (!this.has(name)) return fallback === NONE ? this.any(name) : fallback;
    return this.values.get(name);
  }
}
