import { type Expression, isEmptyText, type Machine, type Rules, UNBOUNDED } from "./expression.js";
import { tooLarge } from "./machine.js";
import { machineRules } from "./machine-rules.js";
import { writeRegex } from "./regex.js";

const MAX_LENGTH = 20_000_000;

/**
 * Writes rules in the dialect of Lark that llguidance reads. Its lexer is greedy, so that each JSON token is one terminal;
 * no terminal that can stand in a place begins another one there that goes on as a different token would.
 */
export function writeLark(rules: Rules): string {
  const writer = new LarkWriter();
  writer.line("start", "root");
  for (const [name, expression] of rules) writer.rule(name, expression);
  return writer.text;
}

class LarkWriter {
  private readonly lines: string[] = [];
  private readonly terminals = new Map<string, string>();
  private length = 0;
  private name = "";
  private machines = 0;
  private readonly pending: (() => void)[] = [];

  get text(): string {
    const terminals = [...this.terminals].map(([regex, name]) => `${name}: /${regex}/`);
    return `${[...this.lines, ...terminals].join("\n")}\n`;
  }

  line(name: string, right: string): void {
    this.length += right.length;
    if (this.length > MAX_LENGTH) tooLarge("characters", MAX_LENGTH);
    this.lines.push(`${name}: ${right}`);
  }

  rule(name: string, expression: Expression): void {
    this.name = ruleName(name);
    this.machines = 0;
    this.line(this.name, this.alternatives(expression));
    for (let write = this.pending.shift(); write !== undefined; write = this.pending.shift()) write();
  }

  private alternatives(expression: Expression): string {
    if (expression.kind !== "choice") return this.write(expression);
    return expression.items.map((item) => this.write(item)).join(" | ");
  }

  private write(expression: Expression): string {
    switch (expression.kind) {
      case "sequence":
        return expression.items.map((item) => this.write(item)).join(" ");
      case "choice":
        return `( ${this.alternatives(expression)} )`;
      case "repeat":
        return `( ${this.write(expression.item)} )${quantifier(expression.min, expression.max)}`;
      case "rule":
        return ruleName(expression.name);
      case "lexeme":
        return this.terminal(expression.item);
      case "machine":
        return this.machine(expression.machine);
      default:
        return isEmptyText(expression) ? '""' : this.terminal(expression);
    }
  }

  private terminal(expression: Expression): string {
    const regex = writeRegex(expression, () => tooLarge("rules in a terminal", 0));
    let name = this.terminals.get(regex);
    if (name === undefined) {
      this.length += regex.length;
      if (this.length > MAX_LENGTH) tooLarge("characters", MAX_LENGTH);
      name = `T${this.terminals.size}`;
      this.terminals.set(regex, name);
    }
    return name;
  }

  private machine(machine: Machine): string {
    const prefix = `${this.name}_s${this.machines === 0 ? "" : `${this.machines}_`}`;
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

/** Rules begin with a small letter; terminals, here `T0` and so on, with a capital. */
function ruleName(name: string): string {
  const plain = name.replaceAll("-", "_");
  return /^[a-z]/.test(plain) && plain !== "start" ? plain : `r_${plain}`;
}

function quantifier(min: number, max: number): string {
  if (max === UNBOUNDED) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  return min === 0 && max === 1 ? "?" : `{${min},${max}}`;
}
