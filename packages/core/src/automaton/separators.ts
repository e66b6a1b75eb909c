import { LayoutError } from "./layout-error.js";
import { FixedWhitespace, Follow, Gap, type WhitespacePolicy } from "./whitespace-policy.js";

/** Exact texts between items and properties, and between a key and its value, as in Python's `json.dumps`. */
export interface Separators {
  /** `,` with whitespace around it, such as ", ". Missing: as `whitespace` has it. */
  readonly item?: string;
  /** `:` with whitespace around it, such as ": ". Missing: as `whitespace` has it. */
  readonly key?: string;
}

/** Characters of a separator. */
const MAX_LENGTH = 1000;
/** In a state: the number of the other policy's state is below, the place in the exact text is above. */
const EXACT = 0x100000;
const DEAD = EXACT - 1;

/**
 * Puts exact separators in place of another policy's whitespace around commas and colons. That policy still says what
 * stands at brackets; with a line for each item, the line's break and indent follow the separator. Its shape is a depth.
 */
export class SeparatedWhitespace extends FixedWhitespace {
  readonly indent: string | undefined;
  /** By gap: what stands there before a key, value, colon or comma; undefined: what the other policy allows. */
  private readonly exact: (string | undefined)[] = [];
  private readonly others: WhitespacePolicy;

  /** @throws LayoutError where a separator is not its sign with whitespace around it. */
  constructor({ item, key }: Separators, others: WhitespacePolicy) {
    super();
    this.others = others;
    this.indent = others.indent;
    [this.exact[Gap.AfterValue], this.exact[Gap.AfterComma]] = around("item", item, ",");
    [this.exact[Gap.BeforeColon], this.exact[Gap.AfterColon]] = around("key", key, ":");
  }

  override inner(depth: number): number {
    return this.others.inner(depth);
  }

  step(gap: Gap, depth: number, state: number, byte: number): number {
    const text = this.text(gap, depth);
    if (text === undefined) return this.others.step(gap, depth, state, byte);
    const place = Math.floor(state / EXACT);
    const next = text.charCodeAt(place) === byte ? place + 1 : text.length + 1;
    const other = this.other(gap, depth, state % EXACT, byte);
    return next > text.length && other === DEAD ? -1 : next * EXACT + other;
  }

  follows(gap: Gap, depth: number, state: number): Follow {
    const text = this.text(gap, depth);
    if (text === undefined) return this.others.follows(gap, depth, state);
    const next = Math.floor(state / EXACT) === text.length ? Follow.Next : Follow.None;
    const other = state % EXACT;
    return next | (other === DEAD ? Follow.None : this.others.follows(gap, depth, other) & Follow.Close);
  }

  reachable(gap: Gap, depth: number, state: number): Follow {
    const text = this.text(gap, depth);
    if (text === undefined) return this.others.reachable(gap, depth, state);
    const next = Math.floor(state / EXACT) <= text.length ? Follow.Next : Follow.None;
    const other = state % EXACT;
    return next | (other === DEAD ? Follow.None : this.others.reachable(gap, depth, other) & Follow.Close);
  }

  private text(gap: Gap, depth: number): string | undefined {
    const text = this.exact[gap];
    if (text === undefined || gap !== Gap.AfterComma || this.indent === undefined) return text;
    return `${text}\n${this.indent.repeat(depth)}`;
  }

  /** The other policy's next state on the way to a closing bracket, which stands only behind a value. */
  private other(gap: Gap, depth: number, state: number, byte: number): number {
    if (state === DEAD || gap !== Gap.AfterValue) return DEAD;
    const next = this.others.step(gap, depth, state, byte);
    return next < 0 || (this.others.reachable(gap, depth, next) & Follow.Close) === 0 ? DEAD : next;
  }
}

/** The whitespace before and after a separator's sign. */
function around(
  name: keyof Separators,
  separator: string | undefined,
  sign: string,
): [string | undefined, string | undefined] {
  if (separator === undefined) return [undefined, undefined];
  const parts = typeof separator === "string" ? separator.split(sign) : [];
  const [before, after] = parts;
  if (parts.length !== 2 || separator.length > MAX_LENGTH || !/^[ \t\n\r]*$/.test(parts.join(""))) {
    throw new LayoutError(
      `separators.${name} must be "${sign}" with whitespace around it, not ${JSON.stringify(separator)}`,
    );
  }
  return [before, after];
}
