/** Regular expressions in the syntax of Rust's regex crate, which Lark grammars of llguidance have, as those of ECMA-262. */

/** What is wrong with an expression, and where. */
export class RustRegexError extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

const POSIX: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7F",
  blank: "\\t ",
  cntrl: "\\x00-\\x1F\\x7F",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};
const CLASSES: Readonly<Record<string, string>> = {
  d: "\\p{Nd}",
  s: "\\p{White_Space}",
  w: "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}",
};
const CONTROLS: Readonly<Record<string, string>> = {
  n: "\\n",
  r: "\\r",
  t: "\\t",
  f: "\\f",
  v: "\\v",
  a: "\\x07",
  "0": "\\0",
};
const SYNTAX = new Set("^$\\.*+?()[]{}|/");

/**
 * The same expression in ECMA-262's syntax with the flag u.
 * @param flags of i (without regard to case), s (`.` is any character), x (whitespace and comments are skipped), u, m
 * @throws RustRegexError
 */
export function ecmaPattern(source: string, flags: string): string {
  return new Translator(source, flags).translate();
}

class Translator {
  private at = 0;
  private readonly source: string;
  private isDotAll: boolean;
  private isExtended: boolean;
  private readonly outer: string;
  /** What applied outside of the groups that are open. */
  private readonly groups: { readonly isDotAll: boolean; readonly isExtended: boolean; closing: string }[] =
    [];
  private closing = "";
  /** Where the innermost open group begins. */
  private groupStart = 0;

  constructor(source: string, flags: string) {
    this.source = source;
    if (flags.includes("l")) throw new RustRegexError("The flag l (locale) is not supported.", 0);
    this.isDotAll = flags.includes("s");
    this.isExtended = flags.includes("x");
    this.outer = [...flags].filter((flag) => flag === "i" || flag === "m").join("");
  }

  translate(): string {
    let result = "";
    while (this.at < this.source.length) result += this.piece();
    result += this.closing;
    return this.outer === "" ? result : `(?${this.outer}:${result})`;
  }

  private fail(message: string, offset = this.at): never {
    throw new RustRegexError(message, offset);
  }

  private piece(): string {
    const { source } = this;
    const character = String.fromCodePoint(source.codePointAt(this.at) as number);
    if (this.isExtended && /\s/.test(character)) {
      this.at++;
      return "";
    }
    switch (character) {
      case "\\":
        return this.escape(false);
      case "[":
        return this.characterClass();
      case ".":
        this.at++;
        return this.isDotAll ? "[^]" : "[^\\n]";
      case "(":
        return this.open();
      case ")": {
        this.at++;
        const group = this.groups.pop();
        const closing = this.closing;
        if (group === undefined) this.fail("A group is closed that was not opened.", this.at - 1);
        ({ isDotAll: this.isDotAll, isExtended: this.isExtended, closing: this.closing } = group);
        return `${closing})`;
      }
      case "#":
        if (this.isExtended) {
          while (this.at < source.length && source[this.at] !== "\n") this.at++;
          return "";
        }
        break;
      case "*":
      case "+":
      case "?":
        this.at++;
        if (source[this.at] === "?" && character !== "?")
          this.fail("Lazy quantifiers have no meaning here; give the rule [lazy].");
        return character;
      case "{": {
        const count = /^\{(\d+)?(,)?(\d+)?\}/.exec(source.slice(this.at));
        if (count === null || (count[1] === undefined && count[3] === undefined))
          this.fail("A { that repeats nothing is written \\{.");
        this.at += count[0].length;
        return count[1] === undefined ? `{0,${count[3]}}` : count[0];
      }
      case "}":
      case "]":
      case "/":
        this.at++;
        return `\\${character}`;
    }
    this.at += character.length;
    return character;
  }

  private open(): string {
    const { source, at: offset } = this;
    const rest = source.slice(this.at);
    const outer = { isDotAll: this.isDotAll, isExtended: this.isExtended, closing: this.closing };
    if (/^\(\?(?:=|!|<=|<!)/.test(rest))
      this.fail("Look-arounds are not supported in terminals; use & and ~.");
    const named = /^\(\?P?<[A-Za-z_]\w*>/.exec(rest);
    const flags = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/.exec(rest);
    if (named !== null || (flags === null && !rest.startsWith("(?"))) {
      this.at += named === null ? 1 : named[0].length;
      this.groups.push(outer);
      this.closing = "";
      this.groupStart = this.at;
      return "(?:";
    }
    if (flags === null) return this.fail("This kind of group is not known.");
    const [whole, on = "", off = "", end] = flags;
    if (!/^[imsux]*$/.test(on) || !/^[imsux]*$/.test(off))
      this.fail("The flags of a group are of i, m, s, u and x.");
    if (off.includes("u")) this.fail("Expressions of bytes are not supported.");
    this.at += whole.length;
    const keep = (list: string) => [...list].filter((flag) => flag === "i" || flag === "m").join("");
    const [added, taken] = [keep(on), keep(off)];
    if (end === ")" && offset !== this.groupStart)
      this.fail("Flags stand at the start of an expression or group.", offset);
    if (end === ":") {
      this.groups.push(outer);
      this.closing = "";
    }
    if (on.includes("s")) this.isDotAll = true;
    if (off.includes("s")) this.isDotAll = false;
    if (on.includes("x")) this.isExtended = true;
    if (off.includes("x")) this.isExtended = false;
    const opening = added + taken === "" ? "(?:" : `(?${added}${taken === "" ? "" : `-${taken}`}:`;
    this.groupStart = this.at;
    if (end === ":") return opening;
    // From here to the end of the group around it; alternatives behind it belong to it too.
    this.closing += ")";
    return opening;
  }

  /** An escape, in a class or not. */
  private escape(isInClass: boolean): string {
    const { source } = this;
    const offset = this.at;
    const kind = source[offset + 1];
    this.at += 2;
    if (kind === undefined) this.fail("The expression ends in an escape.", offset);
    const set = CLASSES[kind.toLowerCase()];
    if (set !== undefined) {
      const isNegated = kind !== kind.toLowerCase();
      if (!isInClass) return `[${isNegated ? "^" : ""}${set}]`;
      if (!isNegated) return set;
      if (kind === "W") this.fail("\\W in a class is not supported; negate the class.", offset);
      return kind === "D" ? "\\P{Nd}" : "\\P{White_Space}";
    }
    if (CONTROLS[kind] !== undefined) return CONTROLS[kind];
    if (kind === "x" || kind === "u" || kind === "U") return this.codePoint(kind, offset);
    if (kind === "p" || kind === "P") {
      const name = /^(?:\{\^?[A-Za-z_0-9= -]+\}|[A-Z])/.exec(source.slice(this.at))?.[0];
      if (name === undefined) this.fail("A class of Unicode is written \\p{Name}.", offset);
      this.at += name.length;
      return `\\${kind}${name.startsWith("{") ? name : `{${name}}`}`;
    }
    if (kind === "b" || kind === "B" || kind === "A" || kind === "z") {
      this.fail(`\\${kind} is not supported: a terminal is matched as a whole.`, offset);
    }
    if (/[A-Za-z0-9]/.test(kind)) this.fail(`There is no escape \\${kind}.`, offset);
    if (isInClass) return SYNTAX.has(kind) || kind === "-" ? `\\${kind}` : kind;
    return SYNTAX.has(kind) ? `\\${kind}` : kind;
  }

  private codePoint(kind: string, offset: number): string {
    const digits = { x: 2, u: 4, U: 8 }[kind] as number;
    const rest = this.source.slice(this.at);
    const found = /^\{([0-9A-Fa-f]{1,8})\}/.exec(rest) ?? new RegExp(`^([0-9A-Fa-f]{${digits}})`).exec(rest);
    if (found === null) return this.fail(`\\${kind} needs ${digits} hexadecimal digits.`, offset);
    this.at += found[0].length;
    return `\\u{${Number.parseInt(found[1] as string, 16).toString(16)}}`;
  }

  private characterClass(): string {
    const { source } = this;
    const offset = this.at++;
    let result = "[";
    if (source[this.at] === "^") {
      this.at++;
      result += "^";
    }
    // A bracket that closes at once is a character.
    if (source[this.at] === "]") {
      this.at++;
      result += "\\]";
    }
    for (;;) {
      const character = source[this.at];
      if (character === undefined) this.fail("The class is not closed by ].", offset);
      if (character === "]") {
        this.at++;
        return `${result}]`;
      }
      if (character === "\\") result += this.escape(true);
      else if (character === "[") result += this.nested();
      else if (/^(?:&&|--|~~)/.test(source.slice(this.at)))
        this.fail("Set operations in classes are not supported; use & and ~.");
      else {
        const whole = String.fromCodePoint(source.codePointAt(this.at) as number);
        this.at += whole.length;
        result += SYNTAX.has(whole) ? `\\${whole}` : whole;
      }
    }
  }

  private nested(): string {
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(this.source.slice(this.at));
    const set = POSIX[posix?.[2] ?? ""];
    if (posix === null) this.fail("A [ in a class is written \\[; classes in classes are not supported.");
    if (posix[1] === "^" || set === undefined) this.fail("This class in a class is not supported.");
    this.at += posix[0].length;
    return set;
  }
}
