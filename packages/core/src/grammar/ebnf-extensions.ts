/** What XGrammar's EBNF has beyond GBNF: options of rules, and macros. */
import { compilePattern } from "../language/index.js";
import { readQuoted } from "./bnf-characters.js";
import { GrammarError } from "./errors.js";
import { dispatch, otherTokens, tokenDispatch } from "./free-text.js";
import { ecmaPattern, RustRegexError } from "./lark/rust-regex.js";
import type { SourceText } from "./source-text.js";
import { substringOf } from "./substring.js";
import type { GrammarNode } from "./tree.js";

export interface RuleOptions {
  /** What the rule's texts are captured as; true: by the rule's own name. */
  readonly capture?: string | true;
  readonly isLazy?: boolean;
  readonly maxTokens?: number;
  readonly maxChars?: number;
  readonly temperature?: number;
}

/** The options in brackets that are next. */
export function readRuleOptions(source: SourceText): RuleOptions {
  const options: { -readonly [K in keyof RuleOptions]: RuleOptions[K] } = {};
  const seen = new Set<string>();
  source.at++;
  do {
    source.match(/\s*/y);
    const offset = source.at;
    const name = source.match(/[a-z_]+/y);
    source.match(/\s*/y);
    const number = () => {
      const text = source.eat("=") ? source.match(/\s*[0-9.]+/y).trim() : "";
      if (text === "" || !Number.isFinite(Number(text)))
        source.fail(`The option "${name}" needs a number.`, offset);
      return Number(text);
    };
    if (seen.has(name)) source.fail(`The option "${name}" is there already.`, offset);
    seen.add(name);
    if (name === "lazy") options.isLazy = true;
    else if (name === "capture") options.capture = source.peek() === "=" ? readCaptureName(source) : true;
    else if (name === "max_tokens") options.maxTokens = number();
    else if (name === "max_chars") options.maxChars = number();
    else if (name === "temperature") options.temperature = number();
    else source.fail(`The option "${name}" of rules is not supported.`, offset);
    if (options.maxTokens === 0) source.fail("max_tokens is a number from 1 on.", offset);
    source.match(/\s*/y);
  } while (source.eat(","));
  if (!source.eat("]")) source.fail(`"]" must follow, not ${source.next()}.`);
  return options;
}

function readCaptureName(source: SourceText): string {
  source.at++;
  source.match(/\s*/y);
  const offset = source.at;
  const name = source.peek() === '"' ? readQuoted(source, "xgrammar") : "";
  if (name === "") source.fail("A capture is named by a text in quotes that is not empty.", offset);
  return name;
}

/** The body of a rule of that name under its options, of which all but `capture` need it to be regular. */
export function withOptions(rule: string, body: GrammarNode, options: RuleOptions): GrammarNode {
  const { capture } = options;
  const item = asLexeme(body, options);
  return capture === undefined ? item : { kind: "capture", item, name: capture === true ? rule : capture };
}

function asLexeme(body: GrammarNode, options: RuleOptions): GrammarNode {
  const { isLazy, maxTokens, maxChars, temperature } = options;
  const item: GrammarNode =
    maxChars === undefined ? body : { kind: "limited", item: body, maxLength: maxChars };
  if (isLazy !== true && maxTokens === undefined && temperature === undefined) return item;
  return {
    kind: "lexeme",
    item,
    ending: isLazy === true ? "shortest" : "anywhere",
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  };
}

type Value =
  | { readonly kind: "text"; readonly text: string; readonly offset: number }
  | { readonly kind: "number"; readonly number: number; readonly offset: number }
  | { readonly kind: "boolean"; readonly is: boolean; readonly offset: number }
  | { readonly kind: "rule"; readonly name: string; readonly offset: number }
  | { readonly kind: "tuple"; readonly items: readonly Value[]; readonly offset: number };

/** What a macro stands for, whose name has been read. @param rule makes a reference to a rule */
export function readMacro(
  name: string,
  source: SourceText,
  offset: number,
  rule: (name: string, offset: number) => GrammarNode,
): GrammarNode {
  const { positional, named } = readArguments(source);
  const take = (key: string): Value | undefined => {
    const value = named.get(key);
    named.delete(key);
    return value;
  };
  const node = macroNode({ name, source, offset, rule, positional, take });
  const [unknown] = named.keys();
  if (unknown !== undefined)
    source.fail(`The macro ${name} has no argument "${unknown}" that is supported.`, offset);
  return node;
}

interface MacroCall {
  readonly name: string;
  readonly source: SourceText;
  readonly offset: number;
  readonly rule: (name: string, offset: number) => GrammarNode;
  readonly positional: readonly Value[];
  take(key: string): Value | undefined;
}

function macroNode(call: MacroCall): GrammarNode {
  const { name, source, offset, positional, take } = call;
  switch (name) {
    case "Regex": {
      const [pattern, ...others] = positional;
      if (pattern?.kind !== "text" || others.length > 0)
        return source.fail("Regex(pattern) has one text.", offset);
      const flags = take("flags");
      if (flags !== undefined && flags.kind !== "text")
        source.fail("The flags of a Regex are a text.", offset);
      const inString = take("json_string");
      if (inString !== undefined && inString.kind !== "boolean")
        source.fail("json_string is true or false.", offset);
      const node = regexNode(source, pattern.text, flags?.kind === "text" ? flags.text : "s", offset);
      return inString?.kind === "boolean" && inString.is ? inJsonString(node) : node;
    }
    case "Substring":
      return substringOf(positional.map((value) => textOf(source, value)));
    case "Token":
      return { kind: "tokens", ...tokensOf(source, positional) };
    case "ExcludeToken":
      return otherTokens([{ kind: "tokens", ...tokensOf(source, positional) }]);
    case "TagDispatch":
    case "TokenTagDispatch":
      return dispatchNode(call);
    default:
      return source.fail(`The macro ${name} is not supported.`, offset);
  }
}

function dispatchNode({ name, source, offset, rule, positional, take }: MacroCall): GrammarNode {
  const loop = take("loop_after_dispatch");
  if (loop !== undefined && loop.kind !== "boolean")
    source.fail("loop_after_dispatch is true or false.", offset);
  const loops = loop?.kind !== "boolean" || loop.is;
  const excludes = take("excludes");
  if (excludes !== undefined && excludes.kind !== "tuple") return source.fail("excludes is a tuple.", offset);
  const excluded = excludes?.items ?? [];
  const pairs = positional.map((pair) => {
    const [trigger, body] = pair.kind === "tuple" ? pair.items : [];
    if (trigger === undefined || body?.kind !== "rule")
      return source.fail(`${name} has pairs of a trigger and a rule.`, pair.offset);
    return { trigger, body: rule(body.name, body.offset) };
  });
  if (name === "TagDispatch") {
    const rules = pairs.map(({ trigger, body }) => ({ trigger: textOf(source, trigger), body }));
    return dispatch(rules, { loops, excluded: excluded.map((value) => textOf(source, value)) });
  }
  const choiceOf = (value: Value) => ({ kind: "tokens" as const, ...tokensOf(source, [value]) });
  const rules = pairs.map(({ trigger, body }) => ({ trigger: choiceOf(trigger), body }));
  return tokenDispatch(rules, { loops, excluded: excluded.map(choiceOf) });
}

/** The texts of a pattern in the syntax of Rust's regex crate. @throws GrammarError at the offset */
export function regexNode(
  source: SourceText,
  pattern: string,
  flags: string,
  offset: number,
): GrammarNode & { kind: "regular" } {
  try {
    const ecma = ecmaPattern(pattern, flags);
    return { kind: "regular", build: (arena) => compilePattern(arena, ecma, { whole: true }).language };
  } catch (error) {
    if (error instanceof RustRegexError) throw new GrammarError(error.message, source.place(offset));
    throw error;
  }
}

/** Those texts of a pattern that stand in a JSON string as they are. */
function inJsonString({ build }: GrammarNode & { kind: "regular" }): GrammarNode {
  return {
    kind: "regular",
    build: (arena) => {
      const plain = compilePattern(arena, '[^"\\\\\\x00-\\x1f]*', { whole: true }).language;
      return arena.intersection([build(arena), plain]);
    },
  };
}

function textOf(source: SourceText, value: Value): string {
  return value.kind === "text" ? value.text : source.fail("A text in quotes must stand here.", value.offset);
}

function tokensOf(
  source: SourceText,
  values: readonly Value[],
): { names: string[]; ranges: (readonly [number, number])[] } {
  const names: string[] = [];
  const ranges: (readonly [number, number])[] = [];
  for (const value of values) {
    if (value.kind === "text") names.push(value.text);
    else if (value.kind === "number") ranges.push([value.number, value.number]);
    else source.fail("A token is told by its id or its text in quotes.", value.offset);
  }
  return { names, ranges };
}

function readArguments(source: SourceText): { positional: Value[]; named: Map<string, Value> } {
  const positional: Value[] = [];
  const named = new Map<string, Value>();
  source.at++;
  source.match(/\s*/y);
  while (!source.eat(")")) {
    const key = /^[A-Za-z_]\w*(?=\s*=(?!=))/.exec(source.source.slice(source.at, source.at + 100))?.[0];
    if (key === undefined) positional.push(readValue(source));
    else {
      source.at += key.length;
      source.match(/\s*=\s*/y);
      named.set(key, readValue(source));
    }
    source.match(/\s*/y);
    if (source.eat(",")) source.match(/\s*/y);
    else if (source.peek() !== ")") source.fail(`"," or ")" must follow, not ${source.next()}.`);
  }
  return { positional, named };
}

function readValue(source: SourceText): Value {
  const offset = source.at;
  if (source.peek() === '"') return { kind: "text", text: readQuoted(source, "xgrammar"), offset };
  if (source.eat("(")) {
    const items: Value[] = [];
    source.match(/\s*/y);
    while (!source.eat(")")) {
      items.push(readValue(source));
      source.match(/\s*/y);
      if (source.eat(",")) source.match(/\s*/y);
      else if (source.peek() !== ")") source.fail(`"," or ")" must follow, not ${source.next()}.`);
    }
    return { kind: "tuple", items, offset };
  }
  const digits = source.match(/[0-9]+/y);
  if (digits !== "") return { kind: "number", number: Number(digits), offset };
  const name = source.match(/[A-Za-z_.][A-Za-z0-9_.-]*/y);
  if (name === "") return source.fail(`A value must follow, not ${source.next()}.`);
  if (name === "true" || name === "false") return { kind: "boolean", is: name === "true", offset };
  return { kind: "rule", name, offset };
}
