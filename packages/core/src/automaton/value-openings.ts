/** What the first byte of a value leads to, by the value's goal. */
import { ALL_TYPES, type Formula, type FormulaStore, JsonType, TRUE } from "../json-schema/formula.js";
import { type JsonStringAutomaton, type Language, LazyMap, type TextAutomaton } from "../language/index.js";
import type { Arrays } from "./arrays.js";
import { FrameKind, type FrameState, frameState } from "./automaton.js";
import type { Goal, Goals } from "./goals.js";
import { classesOf, isDigit, MINUS, OPEN_BRACE, OPEN_BRACKET, QUOTE } from "./json-bytes.js";
import type { Literal, LiteralAutomaton } from "./literals.js";
import type { Objects } from "./objects.js";
import type { PlainNumbers } from "./plain-numbers.js";
import { Place } from "./structure.js";
import type { WhitespacePolicy } from "./whitespace-policy.js";

export interface ValueOpeningsParts {
  readonly store: FormulaStore;
  readonly goals: Goals;
  readonly objects: Objects;
  readonly arrays: Arrays;
  readonly strings: JsonStringAutomaton;
  readonly texts: TextAutomaton;
  readonly literals: LiteralAutomaton;
  readonly whitespace: WhitespacePolicy;
  /** Undefined: numbers may have any spelling. */
  readonly plainNumbers: PlainNumbers | undefined;
  /** The structural state at the start of an object or array. */
  readonly at: (place: Place, data: number, space: number, shape: number) => FrameState;
}

const NONE = -1;

/** By type, the classes of the bytes that its values begin with. */
const OPENINGS: readonly (readonly [JsonType, number])[] = [
  [JsonType.Null, classesOf([0x6e])],
  [JsonType.True, classesOf([0x74])],
  [JsonType.False, classesOf([0x66])],
  [JsonType.Number, classesOf([MINUS, ...Array.from({ length: 10 }, (_, digit) => 0x30 + digit)])],
  [JsonType.String, classesOf([QUOTE])],
  [JsonType.Array, classesOf([OPEN_BRACKET])],
  [JsonType.Object, classesOf([OPEN_BRACE])],
];
/** The classes of all bytes that begin a value. */
export const VALUE_CLASSES: number = classesOfTypes(ALL_TYPES);

function classesOfTypes(types: number): number {
  return OPENINGS.reduce((bits, [type, classes]) => ((types & type) !== 0 ? bits | classes : bits), 0);
}

export class ValueOpenings {
  private readonly parts: ValueOpeningsParts;
  /** By shape and goal: first bytes that were asked for, each with a frame state or `NONE`. Properties often share a goal. */
  private readonly opened: (number[] | undefined)[][] = [];
  /** By goal: where its numbers start, 0 where it has none. */
  private readonly numberStarts: number[] = [];

  constructor(parts: ValueOpeningsParts) {
    this.parts = parts;
  }

  /** The classes of the bytes that a value may begin with. It asks less than `open`. */
  candidates(goal: Goal): number {
    if (!this.parts.goals.isSingle(goal)) return VALUE_CLASSES;
    return classesOfTypes(this.parts.goals.steps.types(goal.formulas[0] as Formula));
  }

  /** The state after the first byte of a value; undefined if no value that meets the goal begins so. */
  open(goal: Goal, byte: number, shape: number): FrameState | undefined {
    this.opened[shape] ??= [];
    const goals = this.opened[shape];
    goals[goal.id] ??= [];
    const known = goals[goal.id] as number[];
    for (let i = 0; i < known.length; i += 2) {
      if (known[i] !== byte) continue;
      const state = known[i + 1] as number;
      return state === NONE ? undefined : state;
    }
    const state = this.compute(goal, byte, shape);
    known.push(byte, state ?? NONE);
    return state;
  }

  private compute(goal: Goal, byte: number, shape: number): FrameState | undefined {
    const { objects, arrays, store, strings, whitespace, at } = this.parts;
    const inner = whitespace.inner(shape);
    switch (byte) {
      case QUOTE: {
        const language = this.lexeme(goal, JsonType.String);
        if (store.arena.isEmpty(language)) return undefined;
        return frameState(FrameKind.String, strings.start(language));
      }
      case OPEN_BRACE: {
        const object = objects.open(goal);
        return object === undefined ? undefined : at(Place.ObjectOpen, object.id, 0, inner);
      }
      case OPEN_BRACKET: {
        const array = arrays.open(goal);
        return array === undefined ? undefined : at(Place.ArrayOpen, array.id, 0, inner);
      }
      case 0x6e:
        return this.openLiteral(goal, JsonType.Null, 0);
      case 0x74:
        return this.openLiteral(goal, JsonType.True, 1);
      case 0x66:
        return this.openLiteral(goal, JsonType.False, 2);
      default: {
        if (byte !== MINUS && !isDigit(byte)) return undefined;
        const start = this.numberStart(goal);
        const state = start === 0 ? 0 : this.parts.texts.step(start, byte);
        return state === 0 ? undefined : frameState(FrameKind.Text, state);
      }
    }
  }

  private numberStart(goal: Goal): number {
    let start = this.numberStarts[goal.id];
    if (start === undefined) {
      const { store, texts } = this.parts;
      const language = this.lexeme(goal, JsonType.Number);
      start = store.arena.isEmpty(language) ? 0 : texts.start(language);
      this.numberStarts[goal.id] = start;
    }
    return start;
  }

  private openLiteral(goal: Goal, type: JsonType, literal: Literal): FrameState | undefined {
    const truths = goal.formulas.map((formula) => this.parts.goals.steps.specialise(formula, type) === TRUE);
    if (!this.parts.goals.allows(goal.constraint, truths)) return undefined;
    return frameState(FrameKind.Literal, this.parts.literals.start(literal, this.parts.goals.result(truths)));
  }

  /** The language of strings or numbers that meet the goal; with the goal's formulas as parts where it has several. */
  lexeme(goal: Goal, type: JsonType.String | JsonType.Number): Language {
    const { store, goals, plainNumbers } = this.parts;
    const { steps } = goals;
    const languages = goal.formulas.map((formula) => {
      const special = steps.specialise(formula, type);
      return type === JsonType.String ? steps.stringLanguage(special) : steps.numberLanguage(special);
    });
    const single = goals.isSingle(goal);
    let allowed = languages[0] as Language;
    if (!single) {
      const all = type === JsonType.String ? store.arena.any : steps.numbers.normalised;
      const leaf = (variable: Formula) => languages[store.first(variable)] as Language;
      allowed = steps.language(goal.constraint, all, leaf, new LazyMap());
      // What is true of all numbers has other spellings, of which the other formulas cannot tell.
      const isAsked = languages.some((one) => one !== steps.numbers.all && !store.arena.isEmpty(one));
      if (type === JsonType.Number && isAsked) allowed = store.arena.intersection([allowed, all]);
    }
    if (type === JsonType.Number && plainNumbers !== undefined) allowed = plainNumbers.within(allowed);
    if (type === JsonType.String) allowed = steps.writable(allowed);
    return single ? allowed : store.arena.observe(allowed, languages);
  }
}
