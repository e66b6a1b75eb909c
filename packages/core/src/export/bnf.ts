import { type Expression, type Machine, type Range, type Rules, UNBOUNDED } from "./expression.js";
import { ANY_IN_STRING } from "./language-expression.js";
import { tooLarge } from "./machine.js";
import { machineRules } from "./machine-rules.js";

/** llama.cpp unrolls repetitions, and refuses longer ones. */
const MAX_REPETITION = 1_000;
const MAX_LENGTH = 20_000_000;
/** The rule of any character in a string; those of values begin with `root`. */
const CHARACTER = "char";

/**
 * Writes rules as the BNF that llama.cpp (GBNF) and XGrammar (EBNF) read. Both know texts in quotes, classes, groups, `|`,
 * `?`, `*`, `+`, `{m,n}`, and the escapes used here.
 */
export function writeBnf(rules: Rules): string {
  const writer = new BnfWriter();
  for (const [name, expression] of rules) writer.rule(name, expression);
  writer.finish();
  return writer.text;
}

class BnfWriter {
  private readonly lines: string[] = [];
  private length = 0;
  /** Of the rule that is being written; its machines' states are rules that begin with it. */
  private name = "";
  private machines = 0;
  private usesCharacter = false;
  private readonly pending: (() => void)[] = [];

  get text(): string {
    return `${this.lines.join("\n")}\n`;
  }

  finish(): void {
    if (this.usesCharacter) this.rule(CHARACTER, ANY_IN_STRING);
  }

  rule(name: string, expression: Expression): void {
    this.name = name;
    this.machines = 0;
    this.line(name, this.alternatives(expression));
    for (let write = this.pending.shift(); write !== undefined; write = this.pending.shift()) write();
  }

  private line(name: string, right: string): void {
    const line = `${name} ::= ${right}`;
    this.length += line.length;
    if (this.length > MAX_LENGTH) tooLarge("characters", MAX_LENGTH);
    this.lines.push(line);
  }

  private alternatives(expression: Expression): string {
    if (expression.kind !== "choice") return this.write(expression);
    return expression.items.map((item) => this.write(item)).join(" | ");
  }

  private write(expression: Expression): string {
    if (expression === ANY_IN_STRING && this.name !== CHARACTER) {
      this.usesCharacter = true;
      return CHARACTER;
    }
    switch (expression.kind) {
      case "text":
        return quoted(expression.text);
      case "characters":
        return characterClass(expression.ranges);
      case "sequence":
        return expression.items.map((item) => this.write(item)).join(" ");
      case "choice":
        return `( ${this.alternatives(expression)} )`;
      case "repeat":
        return repetition(this.operand(expression.item), expression.min, expression.max);
      case "rule":
        return expression.name;
      case "lexeme":
        return this.write(expression.item);
      case "machine":
        return this.machine(expression.machine);
    }
  }

  private operand(expression: Expression): string {
    const { kind } = expression;
    if (kind === "lexeme") return this.operand(expression.item);
    const isMany =
      kind === "sequence" || kind === "repeat" || (kind === "text" && expression.text.length > 1);
    return isMany ? `( ${this.write(expression)} )` : this.write(expression);
  }

  /** The states of a machine as rules: what a state reads, and then the next one. */
  private machine(machine: Machine): string {
    const prefix = `${this.name}-s${this.machines === 0 ? "" : `${this.machines}-`}`;
    this.machines++;
    const nameOf = (state: number) => `${prefix}${state}`;
    this.pending.push(() => {
      for (const { state, alternatives } of machineRules(machine, nameOf, (label) => this.write(label))) {
        this.line(nameOf(state), alternatives);
      }
    });
    return nameOf(0);
  }
}

function repetition(item: string, min: number, max: number): string {
  if (min === 0 && max === 1) return `${item}?`;
  if (min === 0 && max === UNBOUNDED) return `${item}*`;
  if (min === 1 && max === UNBOUNDED) return `${item}+`;
  if (max <= MAX_REPETITION) return min === max ? `${item}{${min}}` : `${item}{${min},${max}}`;
  const rest = max === UNBOUNDED ? [`${item}*`] : [...upTo(item, max - min)];
  return `( ${[...times(item, min), ...rest].join(" ")} )`;
}

function* times(item: string, count: number): Generator<string> {
  for (let left = count; left > 0; left -= MAX_REPETITION) {
    const most = Math.min(left, MAX_REPETITION);
    yield most === 1 ? item : `${item}{${most}}`;
  }
}

function* upTo(item: string, count: number): Generator<string> {
  for (let left = count; left > 0; left -= MAX_REPETITION)
    yield `${item}{0,${Math.min(left, MAX_REPETITION)}}`;
}

function quoted(text: string): string {
  return `"${[...text].map((character) => escaped(character, '"\\')).join("")}"`;
}

function characterClass(ranges: readonly Range[]): string {
  const one = (codePoint: number) => escaped(String.fromCodePoint(codePoint), "[]\\^-");
  const parts = ranges.map(([first, last]) =>
    first === last ? one(first) : last === first + 1 ? one(first) + one(last) : `${one(first)}-${one(last)}`,
  );
  return `[${parts.join("")}]`;
}

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Printable ASCII as it is, everything else by its number. */
function escaped(character: string, special: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const codePoint = character.codePointAt(0) as number;
  if (codePoint >= 0x20 && codePoint < 0x7f) {
    // `^` and `-` have no escape everywhere: by their number.
    if (!special.includes(character)) return character;
    return "^-".includes(character) ? hex("x", codePoint, 2) : `\\${character}`;
  }
  if (codePoint < 0x80) return hex("x", codePoint, 2);
  return codePoint < 0x10000 ? hex("u", codePoint, 4) : hex("U", codePoint, 8);
}

function hex(letter: string, codePoint: number, digits: number): string {
  return `\\${letter}${codePoint.toString(16).toUpperCase().padStart(digits, "0")}`;
}
