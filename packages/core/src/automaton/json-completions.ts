/** What a search for short completions asks of JSON's frames. */
import { isLimitError } from "../json-schema/errors.js";
import { type Formula, type FormulaStore, Kind, UNBOUNDED } from "../json-schema/formula.js";
import {
  type JsonStringAutomaton,
  type Language,
  NO_LANGUAGE,
  type TextAutomaton,
} from "../language/index.js";
import type { ArrayState, Arrays } from "./arrays.js";
import type {
  ComingValue,
  CompletionSource,
  Ending,
  OpenedFrame,
  Opening,
  Step,
} from "./completion-source.js";
import { bareResult, withTold } from "./frame-result.js";
import { type Goal, type Goals, HOLDS, type Result } from "./goals.js";
import { FENCE_END } from "./lead-in.js";
import type { LiteralAutomaton } from "./literals.js";
import { type NeededProperties, NeededPropertiesIndex } from "./needed-properties.js";
import type { ObjectState } from "./object-state.js";
import type { Objects } from "./objects.js";
import { contentText, decode } from "./string-content.js";
import { GAPS, Place, type Structure } from "./structure.js";
import { Follow, Gap, type Run, shortestRun, type WhitespacePolicy } from "./whitespace-policy.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The frames, as far as completions need them. States are numbers of structural states. */
export interface CompletedFrames {
  readonly structure: Structure;
  readonly store: FormulaStore;
  readonly goals: Goals;
  readonly objects: Objects;
  readonly arrays: Arrays;
  readonly strings: JsonStringAutomaton;
  readonly texts: TextAutomaton;
  readonly literals: LiteralAutomaton;
  readonly whitespace: WhitespacePolicy;
  /** The goal of the value that a `RootStart` begins. */
  rootGoal(data: number): Goal;
  /** The state that waits for it, by the whitespace of the `RootStart`. */
  rootWaiting(space: number): number;
  state(place: Place, data: number, shape: number): number;
  openObject(goal: Goal, shape: number): number | undefined;
  openArray(goal: Goal, shape: number): number | undefined;
  /** The state of the literal automaton after its first byte. */
  openLiteral(goal: Goal, byte: number): number | undefined;
  stringLanguage(goal: Goal): Language;
  numberLanguage(goal: Goal): Language;
  stringResult(state: number): Result;
  textResult(state: number): Result;
  after(waiting: number, result: Result, text: () => string): number;
}

export class JsonCompletions implements CompletionSource {
  private readonly frames: CompletedFrames;
  private readonly needed: NeededPropertiesIndex;
  private readonly spelledNames = new Map<string, readonly number[]>();

  constructor(frames: CompletedFrames) {
    this.frames = frames;
    this.needed = new NeededPropertiesIndex(frames.store);
  }

  end(state: number): Ending | undefined {
    const { structure, objects, arrays } = this.frames;
    const data = structure.data[state] as number;
    switch (structure.place[state]) {
      case Place.RootDone:
        return { bytes: [], result: HOLDS };
      case Place.FenceEnd:
        return { bytes: FENCE_END.slice(structure.space[state]), result: HOLDS };
      case Place.ObjectOpen:
      case Place.ObjectAfter:
        return this.close(state, objects.end(objects.state(data)), CLOSE_BRACE);
      case Place.ArrayOpen:
      case Place.ArrayAfter:
        return this.close(state, arrays.end(arrays.state(data)), CLOSE_BRACKET);
      default:
        return undefined;
    }
  }

  private close(state: number, result: Result | undefined, bracket: number): Ending | undefined {
    if (result === undefined) return undefined;
    const run = this.run(state, Follow.Close);
    if (run === undefined) return undefined;
    const told = this.frames.whitespace.tells(this.frames.structure.shape[state] as number);
    return { bytes: [...run.bytes, bracket], result: withTold(result, told) };
  }

  steps(state: number): Step[] {
    const { structure, objects, arrays } = this.frames;
    const place = structure.place[state] as Place;
    const data = structure.data[state] as number;
    const run = this.run(state, Follow.Next);
    if (run === undefined) return [];
    switch (place) {
      case Place.RootStart: {
        const waiting = this.frames.rootWaiting(structure.space[state] as number);
        const value = { goal: this.frames.rootGoal(data), waiting };
        return [{ bytes: [], atLeast: 0, value: () => value }];
      }
      case Place.ObjectColon:
      case Place.ObjectValue: {
        const { bytes, shape } = place === Place.ObjectColon ? this.behind(run, COLON, Gap.AfterColon) : run;
        const { goal, rests, constraint } = objects.property(data);
        const value = { goal, waiting: this.frames.state(Place.ObjectWait, data, shape) };
        const behind = this.needed.of(this.frames.goals.combined(rests, constraint)).bytes + 1;
        return [{ bytes, atLeast: bytes.length + 1 + behind, value: () => value }];
      }
      case Place.ObjectOpen:
      case Place.ObjectNext:
        return this.properties(state, run);
      case Place.ObjectAfter:
        return this.properties(state, this.behind(run, COMMA, Gap.AfterComma));
      case Place.ArrayOpen:
      case Place.ArrayNext:
        return this.item(arrays.state(data), run);
      case Place.ArrayAfter:
        return this.item(arrays.state(data), this.behind(run, COMMA, Gap.AfterComma));
      default:
        return [];
    }
  }

  stepsInKey(waiting: number, lexeme: number, content: Uint8Array): Step[] {
    const { structure, objects, strings } = this.frames;
    const object = objects.state(structure.data[waiting] as number);
    const shape = structure.shape[waiting] as number;
    const needed = this.needed.of(object.combined);
    const rests: (readonly number[] | undefined)[] = [];
    const typed = strings.language(lexeme) === NO_LANGUAGE ? undefined : contentText(content);
    const required = needed.required.find((name) => typed !== undefined && name.startsWith(typed));
    // In any order, what must come anyway may as well come now.
    if (typed !== undefined && required !== undefined && !objects.isOrdered)
      rests.push(this.spelled(required.slice(typed.length)));
    else {
      if (typed !== undefined) {
        const { arena } = this.frames.store;
        for (const region of this.otherNames(object))
          rests.push(strings.completion(strings.start(arena.derivativeOfText(region, typed))));
        for (const name of objects.openNames(object))
          if (name.startsWith(typed)) rests.push(this.spelled(name.slice(typed.length)));
      }
      rests.push(strings.completion(lexeme));
    }
    return rests
      .filter((rest) => rest !== undefined)
      .map((rest) => {
        const key = contentText(Uint8Array.of(...content, ...rest.slice(0, -1)));
        // With the key's first quote, which has been read.
        const whole = needed.bytes + (this.brings(needed, key) ? 0 : content.length + rest.length + 3);
        return this.property(object, key, { bytes: rest, shape }, whole - content.length - 1);
      });
  }

  beginsName(waiting: number, content: Uint8Array): boolean {
    const { structure, objects } = this.frames;
    const typed = contentText(content);
    const object = objects.state(structure.data[waiting] as number);
    return objects.openNames(object).some((name) => name.startsWith(typed));
  }

  atLeast(state: number): number {
    const { structure, objects, arrays } = this.frames;
    const data = structure.data[state] as number;
    switch (structure.place[state]) {
      case Place.ObjectOpen:
      case Place.ObjectNext:
      case Place.ObjectAfter: {
        const { bytes } = this.needed.of(objects.state(data).combined);
        return structure.place[state] === Place.ObjectAfter ? bytes + 1 : Math.max(1, bytes);
      }
      case Place.ArrayOpen:
      case Place.ArrayNext:
      case Place.ArrayAfter:
        return Math.max(1, 2 * this.itemsNeeded(arrays.state(data)));
      case Place.RootDone:
        return 0;
      default:
        return 1;
    }
  }

  openings({ goal, waiting }: ComingValue): Opening[] {
    const { frames } = this;
    const shape = frames.structure.shape[waiting] as number;
    const frame = (byte: number, state: number | undefined): OpenedFrame | undefined =>
      state === undefined ? undefined : { bytes: [byte], state };
    return [
      { atLeast: 1, open: () => this.number(goal) },
      { atLeast: 2, open: () => this.string(goal) },
      { atLeast: 2, open: () => frame(OPEN_BRACKET, frames.openArray(goal, shape)) },
      { atLeast: 2, open: () => frame(OPEN_BRACE, frames.openObject(goal, shape)) },
      { atLeast: 4, open: () => this.literal(goal, 0x6e) },
      { atLeast: 4, open: () => this.literal(goal, 0x74) },
      { atLeast: 5, open: () => this.literal(goal, 0x66) },
    ];
  }

  keyOf({ goal, waiting }: ComingValue): string {
    return `${goal.id},${this.frames.structure.shape[waiting]}`;
  }

  after(waiting: number, { bytes, result }: Ending): number {
    return this.frames.after(waiting, result, () => decode(Uint8Array.from(bytes)));
  }

  others(goal: Goal, result: Result): Goal | undefined {
    return this.frames.goals.others(goal, bareResult(result));
  }

  withReserve<T>(run: () => T): T {
    return this.frames.store.withReserve(run);
  }

  // --- objects -----------------------------------------------------------------------------------------------------

  /**
   * Properties that can come: those that bring the end nearer; any of them behind a comma, and where nothing is missing but the
   * whitespace wants one (in an indented object behind the bracket's line).
   */
  private properties(state: number, { bytes, shape }: Run): Step[] {
    const { structure, objects } = this.frames;
    const object = objects.state(structure.data[state] as number);
    const isAny = structure.place[state] === Place.ObjectNext || objects.end(object) !== undefined;
    const names = isAny || object.listed !== undefined ? this.allNames(object) : this.usefulNames(object);
    const steps: Step[] = [];
    for (const name of names) {
      const spelled = this.spelled(name);
      if (spelled === undefined) continue;
      steps.push(this.property(object, name, { bytes: [...bytes, QUOTE, ...spelled], shape }));
    }
    return steps;
  }

  /**
   * @param before the text up to the key's closing quote
   * @param atLeast the step's lower bound
   */
  private property(object: ObjectState, key: string, before: Run, atLeast = 0): Step {
    const { objects } = this.frames;
    const colon = this.gap(Gap.BeforeColon, before.shape);
    const run = this.behind({ ...colon, bytes: [...before.bytes, ...colon.bytes] }, COLON, Gap.AfterColon);
    const { bytes, shape } = run;
    const value = (): ComingValue | undefined => {
      const property = objects.afterKey(object, key);
      if (property === undefined) return undefined;
      return { goal: property.goal, waiting: this.frames.state(Place.ObjectWait, property.id, shape) };
    };
    return { bytes, atLeast, value };
  }

  private allNames(object: ObjectState): string[] {
    return [...this.frames.objects.openNames(object), ...this.othersIn(object, undefined)];
  }

  private usefulNames(object: ObjectState): string[] {
    const { objects } = this.frames;
    const needed = this.needed.of(object.combined);
    const { required, wanted, languages, counts } = needed;
    // In any order, what must come anyway may as well come now.
    if (!objects.isOrdered && required.length > 0) return required.slice(0, 1);
    if (counts && required.length === 0) return this.allNames(object);
    const open = objects.openNames(object);
    const names = open.filter((name) => this.brings(needed, name));
    const last = open.findIndex((name) => required.includes(name));
    if (last >= 0) return names.filter((name) => open.indexOf(name) <= last);
    for (const name of wanted) if (!object.names.indexOf.has(name)) names.push(name);
    if (languages.size > 0) names.push(...this.othersIn(object, languages));
    return names;
  }

  /** Whether a property brings the end nearer. */
  private brings({ counts, wanted, languages }: NeededProperties, name: string): boolean {
    const { arena } = this.frames.store;
    return counts || wanted.has(name) || [...languages].some((language) => arena.matches(language, name));
  }

  /** A name for each kind of names that no schema mentions, or of those of some languages. */
  private othersIn(object: ObjectState, languages: ReadonlySet<Language> | undefined): string[] {
    const { arena } = this.frames.store;
    const names: string[] = [];
    for (const region of this.otherNames(object)) {
      const name = arena.shortest(region);
      if (name === undefined) continue;
      if (languages === undefined || [...languages].some((language) => arena.matches(language, name))) {
        names.push(name);
      }
    }
    return names;
  }

  /** Where it is too costly to tell which names nobody mentions, mentioned ones have to do. */
  private otherNames(object: ObjectState): Language[] {
    try {
      return this.frames.objects.otherNames(object);
    } catch (error) {
      if (isLimitError(error)) return [];
      throw error;
    }
  }

  /** A key's text and closing quote. */
  private spelled(name: string): readonly number[] | undefined {
    let bytes = this.spelledNames.get(name);
    if (bytes === undefined) {
      const { strings, store } = this.frames;
      bytes = strings.completion(strings.start(store.arena.text(name)));
      if (bytes !== undefined) this.spelledNames.set(name, bytes);
    }
    return bytes;
  }

  // --- arrays ------------------------------------------------------------------------------------------------------

  private item(array: ArrayState, { bytes, shape }: Run): Step[] {
    const value = (): ComingValue | undefined => {
      const item = this.frames.arrays.next(array);
      if (item === undefined) return undefined;
      return { goal: item.goal, waiting: this.frames.state(Place.ArrayWait, item.id, shape) };
    };
    return [{ bytes, atLeast: 0, value }];
  }

  /** A lower bound of the items to come. */
  private itemsNeeded(array: ArrayState): number {
    const { store, goals } = this.frames;
    const formula = goals.combined(array.formulas, array.constraint);
    const isAnd = store.kind(formula) === Kind.And && (formula & 1) === 0;
    let count = 0;
    for (const literal of isAnd ? store.children(formula) : [formula]) {
      count = Math.max(count, itemsOf(store, literal));
    }
    return count;
  }

  // --- scalars -----------------------------------------------------------------------------------------------------

  private number(goal: Goal): Ending | undefined {
    const { texts, store } = this.frames;
    const language = this.frames.numberLanguage(goal);
    if (store.arena.isEmpty(language)) return undefined;
    let state = texts.start(language);
    const bytes = texts.completion(state);
    if (bytes === undefined) return undefined;
    for (const byte of bytes) state = texts.step(state, byte);
    return { bytes, result: this.frames.textResult(state) };
  }

  private string(goal: Goal): Ending | undefined {
    const { strings, store } = this.frames;
    const language = this.frames.stringLanguage(goal);
    if (store.arena.isEmpty(language)) return undefined;
    let state = strings.start(language);
    const bytes = strings.completion(state);
    if (bytes === undefined) return undefined;
    for (const byte of bytes) state = strings.step(state, byte);
    return { bytes: [QUOTE, ...bytes], result: this.frames.stringResult(state) };
  }

  private literal(goal: Goal, byte: number): Ending | undefined {
    const { literals } = this.frames;
    const state = this.frames.openLiteral(goal, byte);
    if (state === undefined) return undefined;
    return { bytes: [byte, ...literals.completion(state)], result: literals.result(state) };
  }

  // --- whitespace --------------------------------------------------------------------------------------------------

  private run(state: number, want: Follow): Run | undefined {
    const { structure, whitespace } = this.frames;
    const gap = GAPS[structure.place[state] as Place];
    const shape = structure.shape[state] as number;
    if (gap === undefined) return { bytes: [], shape };
    return shortestRun(whitespace, gap, shape, structure.space[state] as number, want);
  }

  /** The least whitespace before what comes next, in a gap where there is nothing yet. */
  private gap(gap: Gap, shape: number): Run {
    return shortestRun(this.frames.whitespace, gap, shape, 0, Follow.Next) ?? { bytes: [], shape };
  }

  /** A sign behind a text, and the least whitespace behind that. */
  private behind(text: Run, sign: number, gap: Gap): Run {
    const { bytes, shape } = this.gap(gap, text.shape);
    return { bytes: [...text.bytes, sign, ...bytes], shape };
  }
}

/** How many items a literal asks for at least. */
function itemsOf(store: FormulaStore, literal: Formula): number {
  const negated = (literal & 1) === 1;
  switch (store.kind(literal)) {
    case Kind.ItemCount:
      return negated ? 0 : store.first(literal);
    case Kind.Items:
      return negated && store.second(literal) === UNBOUNDED ? store.first(literal) + 1 : 0;
    default:
      return 0;
  }
}
