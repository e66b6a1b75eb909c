/**
 * A schema as rules over expressions. Values are rules by their formulas, so that recursion is a rule that refers to itself.
 * Objects and arrays are machines whose states are what must hold of the rest (`Derivatives`), so that what a schema says
 * of several properties together (`required`, `if`, `dependentRequired`, alternatives) needs no case of its own.
 */
import { PlainNumbers } from "../automaton/plain-numbers.js";
import { namesInOrder, type SchemaReading } from "../grammar/schema-reading.js";
import { isLimitError, SchemaLimitError } from "../json-schema/errors.js";
import {
  FALSE,
  type Formula,
  JSON_TYPES,
  JsonType,
  Kind,
  UNBOUNDED as MANY,
  TRUE,
} from "../json-schema/formula.js";
import { type Language, numberRange } from "../language/index.js";
import {
  characters,
  choice,
  EMPTY,
  type Expression,
  optional,
  type Rules,
  repeat,
  sequence,
  text,
  UNBOUNDED,
} from "./expression.js";
import { IN_STRING, LanguageExpressions, PLAIN } from "./language-expression.js";
import { type Draft, explore, tooLarge } from "./machine.js";
import { type WidenedAtom, Widening } from "./widening.js";

const MAX_RULES = 5_000;
/** Sets of other property names that a schema tells apart; their combinations are tried. */
const MAX_NAME_SETS = 8;

export interface RuleOptions {
  /** Whether a space may follow `,` and `:`. */
  readonly spaced: boolean;
  /** Whether numbers are written without exponents where the schema allows it. */
  readonly plainNumbers: boolean;
}

const DIGIT = characters([[0x30, 0x39]]);
/** So many numbers are listed rather than read by a machine. */
const MAX_LISTED = 50;
/** All integers and numbers; a model that need not stop writing digits sometimes does not. */
const INTEGER = sequence(
  optional(text("-")),
  choice(text("0"), sequence(characters([[0x31, 0x39]]), repeat(DIGIT, 0, 15))),
);
const FRACTION = optional(sequence(text("."), repeat(DIGIT, 1, 16)));

interface Edge {
  readonly value: Formula;
  readonly rest: Formula;
}

interface ObjectState {
  /** How many of the names have been decided on. */
  readonly at: number;
  readonly rest: Formula;
  readonly isFirst: boolean;
}

export class SchemaRules {
  readonly rules = new Map<string, Expression>();
  private readonly reading: SchemaReading;
  private readonly options: RuleOptions;
  private readonly strings: LanguageExpressions;
  private readonly numbers: LanguageExpressions;
  private readonly widening: Widening;
  private readonly names = new Map<Formula, string>();
  private readonly waiting: { readonly formula: Formula; readonly name: string; readonly path: string }[] =
    [];
  private readonly plainNumbers: PlainNumbers;
  /** All integers without fraction or exponent. */
  private readonly plainIntegers: Language;

  /** @param widen told what was left out, and where in the value; `*` stands for items and other properties */
  constructor(
    reading: SchemaReading,
    options: RuleOptions,
    widen: (atom: WidenedAtom, path: string) => void,
  ) {
    const { arena } = reading.lexemes;
    this.reading = reading;
    this.options = options;
    this.strings = new LanguageExpressions(arena, IN_STRING);
    this.numbers = new LanguageExpressions(arena, PLAIN);
    this.widening = new Widening(reading.store, widen);
    this.plainNumbers = new PlainNumbers(arena, MANY);
    this.plainIntegers = this.plainNumbers.within(numberRange(arena, { integer: true }));
  }

  build(): Rules {
    this.ruleOf(this.reading.root, "root", "");
    for (let next = this.waiting.pop(); next !== undefined; next = this.waiting.pop()) {
      this.rules.set(next.name, this.placed(next));
    }
    return this.rules;
  }

  /** A value's expression; a limit that it hits says where. */
  private placed({ formula, name, path }: { formula: Formula; name: string; path: string }): Expression {
    try {
      return this.value(formula, name, path);
    } catch (error) {
      if (!isLimitError(error)) throw error;
      const { limit, value, message } = error;
      const place = path === "" ? "the value" : path;
      throw new SchemaLimitError({ pointer: "", limit, value, reason: `${place}: ${message}`, cause: error });
    }
  }

  /** The rule of a value; one for equal formulas. */
  private ruleOf(formula: Formula, hint: string, path: string): Expression {
    let name = this.names.get(formula);
    if (name === undefined) {
      if (this.names.size >= MAX_RULES) tooLarge("rules", MAX_RULES);
      name = this.freshName(hint);
      this.names.set(formula, name);
      this.rules.set(name, EMPTY);
      this.waiting.push({ formula, name, path });
    }
    return { kind: "rule", name };
  }

  private freshName(hint: string): string {
    const base =
      hint
        .toLowerCase()
        .replaceAll(/[^a-z0-9-]+/g, "-")
        .replaceAll(/^-+|-+$/g, "")
        .slice(0, 60) || "value";
    if (!this.rules.has(base)) return base;
    for (let i = 2; ; i++) if (!this.rules.has(`${base}-${i}`)) return `${base}-${i}`;
  }

  private value(formula: Formula, name: string, path: string): Expression {
    const { derivatives, store, satisfiability } = this.reading;
    const parts: Expression[] = [];
    for (const type of JSON_TYPES) {
      const special = derivatives.specialise(formula, type);
      if (special === FALSE || !satisfiability.value(store.and([formula, store.type(type)]))) continue;
      switch (type) {
        case JsonType.Null:
          parts.push(lexeme(text("null")));
          break;
        case JsonType.True:
          parts.push(lexeme(text("true")));
          break;
        case JsonType.False:
          parts.push(lexeme(text("false")));
          break;
        case JsonType.Number:
          parts.push(lexeme(this.number(special)));
          break;
        case JsonType.String: {
          const language = derivatives.stringLanguage(special);
          parts.push(lexeme(sequence(text('"'), this.strings.expression(language), text('"'))));
          break;
        }
        case JsonType.Array:
          parts.push(this.array(special, name, path));
          break;
        case JsonType.Object:
          parts.push(this.object(formula, special, name, path));
          break;
      }
    }
    return choice(...parts);
  }

  private number(special: Formula): Expression {
    const all = this.reading.derivatives.numberLanguage(special);
    if (!this.options.plainNumbers) return this.numbers.expression(all);
    if (special === TRUE) return sequence(INTEGER, FRACTION);
    const plain = this.plainNumbers.within(all);
    if (plain === this.plainIntegers) return INTEGER;
    const few = this.reading.lexemes.arena.members(plain, MAX_LISTED);
    return few === undefined ? this.numbers.expression(plain) : choice(...few.map(text));
  }

  private get comma(): Expression {
    return lexeme(this.options.spaced ? sequence(text(","), optional(text(" "))) : text(","));
  }

  private get colon(): Expression {
    return this.options.spaced ? sequence(text(":"), optional(text(" "))) : text(":");
  }

  // --- arrays ------------------------------------------------------------------------------------------------------

  private array(special: Formula, name: string, path: string): Expression {
    const { derivatives } = this.reading;
    const formula = this.widening.withoutUnique(special, path);
    const body = this.list(formula, name, path) ?? {
      kind: "machine" as const,
      machine: explore(
        { rest: formula, isFirst: true },
        ({ rest, isFirst }) => `${rest} ${isFirst}`,
        ({ rest, isFirst }, stateOf) => {
          const edges = this.edges(derivatives.stepItem(rest)).map((edge) => ({
            label: sequence(
              isFirst ? EMPTY : this.comma,
              this.ruleOf(edge.value, `${name}-item`, `${path}/*`),
            ),
            to: stateOf({ rest: edge.rest, isFirst: false }),
          }));
          return { edges, accepts: derivatives.holdsAtEnd(rest) };
        },
      ),
    };
    return sequence(lexeme(text("[")), body, lexeme(text("]")));
  }

  /** An array of any number of equal items between two bounds, which needs no states that count; undefined: it is not. */
  private list(formula: Formula, name: string, path: string): Expression | undefined {
    const { store, satisfiability } = this.reading;
    let item: Formula = TRUE;
    let [min, max] = [0, UNBOUNDED];
    for (const literal of store.kind(formula) === Kind.And && (formula & 1) === 0
      ? store.children(formula)
      : [formula]) {
      if (literal === TRUE) continue;
      if (store.kind(literal) !== Kind.Items || store.second(literal) !== MANY) return undefined;
      const [from, value] = [store.first(literal), store.third(literal)];
      if (value === FALSE)
        [min, max] = (literal & 1) === 1 ? [Math.max(min, from + 1), max] : [min, Math.min(max, from)];
      else if (from === 0 && (literal & 1) === 0) item = store.and([item, value]);
      else return undefined;
    }
    if (!satisfiability.value(item)) max = 0;
    if (min > max || max === 0) return min > max ? undefined : EMPTY;
    const rule = this.ruleOf(item, `${name}-item`, `${path}/*`);
    const others = repeat(
      sequence(this.comma, rule),
      Math.max(min - 1, 0),
      max === UNBOUNDED ? max : max - 1,
    );
    return min === 0 ? optional(sequence(rule, others)) : sequence(rule, others);
  }

  // --- objects -----------------------------------------------------------------------------------------------------

  private object(whole: Formula, formula: Formula, name: string, path: string): Expression {
    const { store, derivatives } = this.reading;
    const { arena } = this.reading.lexemes;
    const sets = this.keySets(formula);
    const mentioned = new Set([...namesInOrder([whole], this.reading), ...sets.names]);
    const names = [...mentioned].filter((each) => sets.names.has(each) || sets.languages.length > 0);
    const regions = this.regions(sets.languages, names);
    let isOpen = false;
    const open = ({ at, rest, isFirst }: ObjectState, stateOf: (state: ObjectState) => number): Draft => {
      const edges: { label: Expression; to: number }[] = [];
      const take = (
        keys: Language | string,
        hint: string,
        place: string,
        isMember: (set: number) => boolean,
      ) => {
        const next = typeof keys === "string" ? at + 1 : at;
        for (const edge of this.edges(derivatives.stepProperty(rest, isMember, new Map()))) {
          const after = typeof keys === "string" ? this.passed(edge.rest, keys) : edge.rest;
          const key = typeof keys === "string" ? IN_STRING.text(keys) : this.strings.expression(keys);
          const value = this.ruleOf(edge.value, `${name}-${hint}`, `${path}/${place}`);
          const label = sequence(
            isFirst ? EMPTY : this.comma,
            lexeme(sequence(text('"'), key, text('"'))),
            lexeme(this.colon),
            value,
          );
          edges.push({ label, to: stateOf({ at: next, rest: after, isFirst: false }) });
          isOpen ||= typeof keys !== "string";
        }
      };
      const key = names[at];
      if (key !== undefined) {
        const place = key.replaceAll("~", "~0").replaceAll("/", "~1");
        take(key, key, place, (set) => {
          const of = store.keysOf(set);
          return typeof of === "string" ? of === key : arena.matches(of, key);
        });
        const to = stateOf({ at: at + 1, rest: this.passed(rest, key), isFirst });
        edges.push({ label: EMPTY, to });
        return { edges, accepts: false };
      }
      for (const { language, inside } of regions) {
        take(language, "other", "*", (set) => inside.has(set));
      }
      return { edges, accepts: derivatives.holdsAtEnd(rest) };
    };
    const machine = explore<ObjectState>(
      { at: 0, rest: formula, isFirst: true },
      ({ at, rest, isFirst }) => `${at} ${rest} ${isFirst}`,
      open,
    );
    if (isOpen) this.widening.noteCounts(formula, path);
    return sequence(lexeme(text("{")), { kind: "machine", machine }, lexeme(text("}")));
  }

  /** The single names and the sets of names that a formula speaks of. */
  private keySets(formula: Formula): { readonly names: Set<string>; readonly languages: number[] } {
    const { store } = this.reading;
    const names = new Set<string>();
    const languages = new Set<number>();
    let hasCounts = false;
    store.forEachAtom(formula, (literal) => {
      if (store.kind(literal) === Kind.PropCount) hasCounts = true;
      if (store.kind(literal) !== Kind.Props) return;
      const set = store.first(literal);
      const keys = store.keysOf(set);
      if (typeof keys === "string") names.add(keys);
      else languages.add(set);
    });
    // Where nothing is said of other names, they are all alike.
    if (hasCounts || languages.size === 0) languages.add(store.keyLanguage(store.arena.any));
    return { names, languages: [...languages] };
  }

  /** Names without those that have a turn of their own, by the sets that they are in. */
  private regions(
    sets: readonly number[],
    names: readonly string[],
  ): { readonly language: Language; readonly inside: ReadonlySet<number> }[] {
    if (sets.length > MAX_NAME_SETS) tooLarge("sets of property names", MAX_NAME_SETS);
    const { store } = this.reading;
    const { arena } = this.reading.lexemes;
    const named = arena.choice(names);
    const found: { language: Language; inside: ReadonlySet<number> }[] = [];
    for (let bits = 0; bits < 1 << sets.length; bits++) {
      const isIn = (_: number, i: number) => ((bits >> i) & 1) === 1;
      const within = sets.filter(isIn).map((set) => store.keysOf(set) as Language);
      const without = sets.filter((set, i) => !isIn(set, i)).map((set) => store.keysOf(set) as Language);
      const all = arena.intersection([arena.any, ...within]);
      const language = arena.difference(all, arena.union([named, ...without]));
      if (!arena.isEmpty(language)) found.push({ language, inside: new Set(sets.filter(isIn)) });
    }
    return found;
  }

  /** What must hold where no property of this name comes any more. */
  private passed(formula: Formula, name: string): Formula {
    const { store } = this.reading;
    const replace = (atom: Formula) =>
      store.kind(atom) === Kind.Props && store.keysOf(store.first(atom)) === name ? TRUE : atom;
    return store.map(formula, replace, new Map());
  }

  // --- values of properties and items ------------------------------------------------------------------------------

  /** The values that may stand here, by what they leave of the rest: `stepped` asks in `ValueIn` what the value is in. */
  private edges(stepped: Formula): Edge[] {
    const { store, satisfiability } = this.reading;
    const found = new Map<Formula, Formula[]>();
    const split = (formula: Formula, value: Formula): void => {
      if (formula === FALSE || !satisfiability.value(value)) return;
      let asked: Formula | undefined;
      store.forEachAtom(formula, (literal) => {
        if (store.kind(literal) === Kind.ValueIn) asked ??= literal & ~1;
      });
      if (asked === undefined) {
        found.set(formula, [...(found.get(formula) ?? []), value]);
        return;
      }
      const [atom, set] = [asked, store.first(asked)];
      for (const truth of [TRUE, FALSE]) {
        const rest = store.map(formula, (each) => (each === atom ? truth : each), new Map());
        split(rest, store.and([value, truth === TRUE ? set : set ^ 1]));
      }
    };
    split(stepped, TRUE);
    return [...found].map(([rest, values]) => ({
      rest,
      value: values.length === 1 ? (values[0] as Formula) : store.or(values),
    }));
  }
}

function lexeme(item: Expression): Expression {
  return { kind: "lexeme", item };
}
