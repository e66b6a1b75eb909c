/** The frames of JSON: what `automaton.ts` needs to know of objects, arrays, lexemes, whitespace and goals. */
import { type JsonNode, type JsonObject, parseJson } from "../json/index.js";
import { isLimitError } from "../json-schema/errors.js";
import { type Formula, type FormulaStore, JsonType } from "../json-schema/formula.js";
import { type JsonStringAutomaton, type Language, LazyMap, type TextAutomaton } from "../language/index.js";
import type { AlikeObjects } from "./alike-objects.js";
import type { ArrayState, Arrays, PendingItem } from "./arrays.js";
import {
  FrameKind,
  type FrameState,
  type Frames,
  frameId,
  frameKind,
  frameState,
  type Transition,
} from "./automaton.js";
import type { CompletionSource } from "./completion-source.js";
import { bareResult, toldBy, withTold } from "./frame-result.js";
import { type Goal, type Goals, HOLDS, type Result } from "./goals.js";
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  isSpace,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  startsValue,
} from "./json-bytes.js";
import { JsonCompletions } from "./json-completions.js";
import type { LeadInText } from "./lead-in.js";
import { LiteralAutomaton } from "./literals.js";
import type { ListedProperty, ObjectEnd } from "./object-state.js";
import type { Objects } from "./objects.js";
import type { OutputPart } from "./output-part.js";
import type { PlainNumbers } from "./plain-numbers.js";
import { RootFrames } from "./root-frames.js";
import { GAPS, PLACE_CLASSES, Place, Structure } from "./structure.js";
import { VALUE_CLASSES, ValueOpenings } from "./value-openings.js";
import { Follow, Gap, gapClasses, type WhitespacePolicy } from "./whitespace-policy.js";

/** More than any grammar has goals. */
const MAX_GOALS = 2 ** 26;

/** In place of array state 0: behind an item that was not looked at; -2 stands for state 1. */
const ANY_ITEM = -1;
/** In place of a property: behind a key that was not looked at. */
const ANY_KEY = -1;
/** Below: behind a key of which only that is known, -2 stands for number 0, -3 for number 1. */
const FIRST_VALUE = -2;
/** In place of an object state: behind a property whose name no schema mentions, by how the object may end: -2 stands for 1. */
const OTHER_NAME = -1;

/** What is known of a key that was not looked at: the goal of its value, and perhaps how the object may end behind that. */
interface KeyedValue {
  readonly goal: Goal;
  readonly after: ObjectEnd | undefined;
}

export interface JsonFramesParts {
  readonly store: FormulaStore;
  readonly goals: Goals;
  readonly objects: Objects;
  readonly arrays: Arrays;
  readonly strings: JsonStringAutomaton;
  readonly texts: TextAutomaton;
  readonly whitespace: WhitespacePolicy;
  /** Undefined: numbers may have any spelling. */
  readonly plainNumbers: PlainNumbers | undefined;
  readonly root: Formula;
  /** What comes before the value; undefined: nothing. */
  readonly leadIn: LeadInText | undefined;
}

const LITERALS = new LiteralAutomaton();

export class JsonFrames implements Frames {
  readonly strings: JsonStringAutomaton;
  readonly texts: TextAutomaton;
  readonly literals = LITERALS;
  readonly start: FrameState;
  readonly startBelow: FrameState | undefined;
  private readonly root: RootFrames;
  private readonly structure = new Structure();
  private readonly parts: JsonFramesParts;
  private readonly openGoals: Goal[] = [];
  private readonly keyedValues: KeyedValue[] = [];
  private readonly keyedValueIds = new LazyMap<number, number>();
  private readonly values: ValueOpenings;
  private readonly observed = new LazyMap<Language, Result>();
  private completionSource: JsonCompletions | undefined;

  constructor(parts: JsonFramesParts) {
    this.parts = parts;
    this.strings = parts.strings;
    this.texts = parts.texts;
    const { store, goals, objects, arrays, strings, texts, whitespace, plainNumbers } = parts;
    const { literals } = this;
    this.values = new ValueOpenings({
      store,
      goals,
      objects,
      arrays,
      strings,
      texts,
      literals,
      whitespace,
      plainNumbers,
      at: (place, data, space, shape) => this.at(place, data, space, shape),
    });
    // Structural state 0 would be frame state 0, which means "none".
    this.structure.intern(Place.RootDone, -1, 0, 0);
    this.root = new RootFrames({
      structure: this.structure,
      store,
      goals,
      texts,
      root: parts.root,
      leadIn: parts.leadIn,
      goalNumber: (goal) => this.goalNumber(goal),
    });
    this.start = this.root.start;
    this.startBelow = this.root.startBelow;
  }

  get completions(): CompletionSource {
    this.completionSource ??= this.createCompletions();
    return this.completionSource;
  }

  private createCompletions(): JsonCompletions {
    const { structure, strings, texts, literals, parts } = this;
    const { store, goals, objects, arrays, whitespace } = parts;
    const opened = (goal: Goal, byte: number, shape: number) => {
      const state = this.values.open(goal, byte, shape);
      return state === undefined ? undefined : frameId(state);
    };
    return new JsonCompletions({
      ...{ structure, store, goals, objects, arrays, strings, texts, literals, whitespace },
      rootGoal: (data) => this.openGoals[data] as Goal,
      rootWaiting: (space) => frameId(this.root.waiting(space)),
      state: (place, data, shape) => frameId(this.at(place, data, 0, shape)),
      openObject: (goal, shape) => opened(goal, OPEN_BRACE, shape),
      openArray: (goal, shape) => opened(goal, OPEN_BRACKET, shape),
      openLiteral: (goal, byte) => opened(goal, byte, 0),
      stringLanguage: (goal) => this.values.lexeme(goal, JsonType.String),
      numberLanguage: (goal) => this.values.lexeme(goal, JsonType.Number),
      stringResult: (state) => this.lexemeResult(FrameKind.String, state),
      textResult: (state) => this.lexemeResult(FrameKind.Text, state),
      after: (waiting, result, text) => frameId(this.afterText(waiting, result, text)),
    });
  }

  /** The state behind a value with a text. */
  private afterText(waiting: number, result: Result, text: () => string): FrameState {
    if (!this.waitsForItem(waiting)) return this.resume(waiting, result);
    if (this.structure.place[waiting] === Place.ArrayWait) return this.resumeItem(waiting, result, text());
    return this.resumeListed(
      waiting,
      this.listedProperty(waiting) as ListedProperty,
      result,
      parseJson(text()),
    );
  }

  waitsForKey(structure: number): boolean {
    return this.structure.place[structure] === Place.ObjectKey;
  }

  get anyWaitsForItem(): boolean {
    return this.parts.arrays.hasUnique || this.parts.objects.hasListed;
  }

  waitsForItem(structure: number): boolean {
    const { place, data } = this.structure;
    if (place[structure] === Place.ObjectWait) return this.listedProperty(structure) !== undefined;
    if (place[structure] !== Place.ArrayWait) return false;
    return this.parts.arrays.item(data[structure] as number).isUnique;
  }

  /** What is asked of the value of a property whose object is to be one of a long list. */
  private listedProperty(structure: number): ListedProperty | undefined {
    const data = this.structure.data[structure] as number;
    return data < 0 ? undefined : this.parts.objects.property(data).listed;
  }

  /** The state behind such a property. */
  private resumeListed(
    structure: number,
    listed: ListedProperty,
    result: Result,
    value: JsonNode,
  ): FrameState {
    const { objects } = this.parts;
    const property = objects.property(this.structure.data[structure] as number);
    const state = objects.afterListed(property, listed, value);
    return this.at(Place.ObjectAfter, state.id, 0, this.shapeAfter(structure, result));
  }

  resumeItem(structure: number, result: Result, text: string): FrameState {
    if (this.structure.place[structure] === Place.ObjectWait) {
      const listed = this.listedProperty(structure) as ListedProperty;
      const [member] = parseJson(`{${text}}`) as JsonObject;
      return this.resumeListed(structure, listed, result, (member as [string, JsonNode])[1]);
    }
    const { arrays } = this.parts;
    const item = arrays.item(this.structure.data[structure] as number);
    const state = arrays.afterUnique(item, bareResult(result), parseJson(text));
    return this.at(Place.ArrayAfter, state.id, 0, this.shapeAfter(structure, result));
  }

  afterAnyItem(structure: number, result: Result): FrameState {
    if (this.structure.place[structure] === Place.ObjectWait) return 0;
    const { arrays } = this.parts;
    const item = arrays.item(this.structure.data[structure] as number);
    const state = arrays.afterAnyUnique(item, bareResult(result));
    if (state === undefined) return 0;
    return this.at(Place.ArrayAfter, ANY_ITEM - state.id, 0, this.shapeAfter(structure, result));
  }

  waitsAsFirst(structure: number): FrameState {
    const { place, data, space, shape } = this.structure;
    if (place[structure] !== Place.ArrayWait) return 0;
    const { arrays } = this.parts;
    const first = arrays.asFirst(arrays.item(data[structure] as number));
    if (first === undefined) return 0;
    return this.at(Place.ArrayWait, first.id, space[structure] as number, shape[structure] as number);
  }

  itemCanBe(structure: number, text: string): boolean {
    const { goal } = this.parts.arrays.item(this.structure.data[structure] as number);
    return this.strings.arena.matches(this.values.lexeme(goal, JsonType.String), text);
  }

  isDone(structure: number): boolean {
    return this.structure.place[structure] === Place.RootDone;
  }

  partOf(structure: number): OutputPart {
    return this.root.partOf(structure);
  }

  lexemeResult(kind: FrameKind, state: number): Result {
    if (kind === FrameKind.Literal) return this.literals.result(state);
    const language = kind === FrameKind.String ? this.strings.language(state) : this.texts.language(state);
    let result = this.observed.get(language);
    if (result === undefined) {
      const { arena } = this.parts.store;
      const parts = arena.parts(language);
      result =
        parts.length === 0 ? HOLDS : this.parts.goals.result(parts.map((part) => arena.nullable(part)));
      this.observed.set(language, result);
    }
    return result;
  }

  resumeKey(structure: number, key: string): FrameState {
    const object = this.parts.objects.state(this.structure.data[structure] as number);
    const property = this.parts.objects.afterKey(object, key);
    if (property === undefined) throw leadsNowhere(key);
    return this.at(Place.ObjectColon, property.id, 0, this.structure.shape[structure] as number);
  }

  afterAnyKey(structure: number): FrameState {
    return this.at(Place.ObjectColon, ANY_KEY, 0, this.structure.shape[structure] as number);
  }

  beforeValueOf(structure: number, key: string): FrameState {
    const object = this.parts.objects.state(this.structure.data[structure] as number);
    if (this.parts.objects.mentions(object, key)) return this.resumeKey(structure, key);
    const goal = this.parts.objects.goalAfterKey(object, key);
    if (goal === undefined) throw leadsNowhere(key);
    const data = FIRST_VALUE - this.keyedValue(goal, this.parts.objects.afterOther(object, key));
    return this.at(Place.ObjectColon, data, 0, this.structure.shape[structure] as number);
  }

  standIn(structure: number, alike: AlikeObjects): number {
    const { structure: states } = this;
    const about = states.data[structure] as number;
    if (about < 0) return structure;
    const place = states.place[structure] as Place;
    let id: number;
    try {
      id = this.standInData(place, about, alike);
    } catch (error) {
      // What is beyond a limit is told where it is needed.
      if (isLimitError(error)) return structure;
      throw error;
    }
    if (id === about) return structure;
    return states.intern(place, id, states.space[structure] as number, states.shape[structure] as number);
  }

  private standInData(place: Place, data: number, alike: AlikeObjects): number {
    const { objects } = this.parts;
    switch (place) {
      case Place.ObjectAfter:
        return objects.standIn(objects.state(data), alike).id;
      case Place.ObjectColon:
      case Place.ObjectValue:
        return objects.standInProperty(objects.property(data), alike).id;
      default:
        return data;
    }
  }

  opensKey(structure: number): boolean {
    const { place, data, space, shape } = this.structure;
    const { objects, whitespace } = this.parts;
    const gap = place[structure] === Place.ObjectOpen ? Gap.Open : Gap.AfterComma;
    const follows = whitespace.follows(gap, shape[structure] as number, space[structure] as number);
    if ((follows & Follow.Next) === 0) return false;
    const about = data[structure] as number;
    return about <= OTHER_NAME || objects.hasKeys(objects.state(about));
  }

  isBeforeKey(structure: number): boolean {
    const place = this.structure.place[structure];
    return place === Place.ObjectOpen || place === Place.ObjectNext;
  }

  asksForKey(structure: number): boolean {
    const { place, data } = this.structure;
    if (place[structure] !== Place.ObjectWait || (data[structure] as number) > FIRST_VALUE) return false;
    return this.keyedValues[FIRST_VALUE - (data[structure] as number)]?.after === undefined;
  }

  resume(structure: number, result: Result): FrameState {
    const data = this.structure.data[structure] as number;
    const bare = bareResult(result);
    const shape = this.shapeAfter(structure, result);
    switch (this.structure.place[structure]) {
      case Place.ObjectWait: {
        const { objects } = this.parts;
        if (data <= FIRST_VALUE) {
          const after = this.keyedValues[FIRST_VALUE - data]?.after as ObjectEnd;
          return this.at(Place.ObjectAfter, OTHER_NAME - after, 0, shape);
        }
        return this.at(Place.ObjectAfter, objects.afterValue(objects.property(data), bare).id, 0, shape);
      }
      case Place.ArrayWait: {
        const { arrays } = this.parts;
        return this.at(Place.ArrayAfter, arrays.afterValue(arrays.item(data), bare).id, 0, shape);
      }
      case Place.LeadIn:
        return this.root.afterLeadIn(bare);
      default:
        return this.root.afterValue(this.structure.space[structure] as number);
    }
  }

  candidates(structure: number): number {
    const place = this.structure.place[structure] as Place;
    const data = this.structure.data[structure] as number;
    const gap = GAPS[place];
    let classes = PLACE_CLASSES[place];
    if (gap !== undefined) {
      const space = this.structure.space[structure] as number;
      const follows = gapClasses(
        this.parts.whitespace,
        gap,
        this.structure.shape[structure] as number,
        space,
      );
      if ((follows & VALUE_CLASSES) === 0) return classes & follows;
      classes &= follows;
    }
    try {
      return classes | this.valueCandidates(place, data);
    } catch (error) {
      // A value that is beyond a limit is told where it begins: an output can end without it.
      if (!isLimitError(error)) throw error;
      return classes | VALUE_CLASSES;
    }
  }

  /** The classes of the bytes that begin a value which can come in a place. */
  private valueCandidates(place: Place, data: number): number {
    switch (place) {
      case Place.RootStart:
        return this.values.candidates(this.openGoals[data] as Goal);
      case Place.ObjectValue:
        return data === ANY_KEY ? VALUE_CLASSES : this.values.candidates(this.propertyGoal(data));
      case Place.ArrayOpen:
      case Place.ArrayNext:
        // The next item is not looked at: a bracket that closes must not need it.
        return VALUE_CLASSES;
      default:
        return 0;
    }
  }

  transition(structure: number, byte: number): Transition | undefined {
    const data = this.structure.data[structure] as number;
    const space = this.structure.space[structure] as number;
    const shape = this.structure.shape[structure] as number;
    const { whitespace } = this.parts;
    const place = this.structure.place[structure] as Place;
    switch (place) {
      case Place.RootStart: {
        const next = this.values.open(this.openGoals[data] as Goal, byte, 0);
        return next === undefined ? undefined : { next, waiting: this.root.waiting(space) };
      }
      case Place.FenceEnd:
        return this.root.fenceEnd(space, byte);
      case Place.ObjectOpen:
        return this.inObject(place, Gap.Open, data, space, shape, byte);
      case Place.ObjectNext:
        return this.inObject(place, Gap.AfterComma, data, space, shape, byte);
      case Place.ObjectAfter:
        return this.inObject(place, Gap.AfterValue, data, space, shape, byte);
      case Place.ObjectColon:
        if (byte === COLON && (whitespace.follows(Gap.BeforeColon, shape, space) & Follow.Next) !== 0) {
          return {
            next: this.at(Place.ObjectValue, data, 0, whitespace.after(Gap.BeforeColon, shape, space)),
          };
        }
        return this.inGap(place, Gap.BeforeColon, data, space, shape, byte, Follow.Next);
      case Place.ObjectValue:
        if ((whitespace.follows(Gap.AfterColon, shape, space) & Follow.Next) !== 0) {
          if (data === ANY_KEY && startsValue(byte)) return { asksText: true };
          const behind = whitespace.after(Gap.AfterColon, shape, space);
          const next = data === ANY_KEY ? undefined : this.values.open(this.propertyGoal(data), byte, behind);
          if (next !== undefined) return { next, waiting: this.at(Place.ObjectWait, data, 0, behind) };
        }
        return this.inGap(place, Gap.AfterColon, data, space, shape, byte, Follow.Next);
      case Place.ArrayOpen:
        return this.inArray(place, Gap.Open, data, space, shape, byte);
      case Place.ArrayNext:
        return this.inArray(place, Gap.AfterComma, data, space, shape, byte);
      case Place.ArrayAfter:
        return this.inArray(place, Gap.AfterValue, data, space, shape, byte);
      default:
        return undefined;
    }
  }

  private inObject(
    place: Place,
    gap: Gap,
    data: number,
    space: number,
    shape: number,
    byte: number,
  ): Transition | undefined {
    const { objects, strings, whitespace } = this.parts;
    const object = data <= OTHER_NAME ? undefined : objects.state(data);
    const follows = whitespace.follows(gap, shape, space);
    const mayClose = gap !== Gap.AfterComma;
    if (byte === CLOSE_BRACE) {
      if (!mayClose || (follows & Follow.Close) === 0) return undefined;
      const result = this.endOf(data);
      return result === undefined ? undefined : { result: withTold(result, whitespace.tells(shape)) };
    }
    const continues = byte === (gap === Gap.AfterValue ? COMMA : QUOTE);
    if (continues) {
      if ((follows & Follow.Next) === 0) return undefined;
      if (object !== undefined && !objects.hasKeys(object)) return undefined;
      const behind = whitespace.after(gap, shape, space);
      if (gap === Gap.AfterValue) return { next: this.at(Place.ObjectNext, data, 0, behind) };
      // The last name must not come again.
      if (object === undefined) return { asksText: true };
      const next = frameState(FrameKind.String, strings.start(objects.keys(object)));
      return { next, waiting: this.at(Place.ObjectKey, data, 0, behind) };
    }
    if (!isSpace(byte)) return undefined;
    let live = Follow.None;
    if (mayClose && this.endOf(data) !== undefined) live |= Follow.Close;
    if (object === undefined || objects.hasKeys(object)) live |= Follow.Next;
    return this.inGap(place, gap, data, space, shape, byte, live);
  }

  /** The result of an object that may end, by the data of its place. */
  private endOf(data: number): Result | undefined {
    if (data > OTHER_NAME) return this.parts.objects.end(this.parts.objects.state(data));
    return data === OTHER_NAME ? undefined : OTHER_NAME - data - 1;
  }

  private inArray(
    place: Place,
    gap: Gap,
    data: number,
    space: number,
    shape: number,
    byte: number,
  ): Transition | undefined {
    const { arrays, whitespace } = this.parts;
    const isAfterAny = data <= ANY_ITEM;
    const array = arrays.state(isAfterAny ? ANY_ITEM - data : data);
    const follows = whitespace.follows(gap, shape, space);
    const mayClose = gap !== Gap.AfterComma;
    if (byte === CLOSE_BRACKET) {
      if (!mayClose || (follows & Follow.Close) === 0) return undefined;
      const result = arrays.end(array);
      return result === undefined ? undefined : { result: withTold(result, whitespace.tells(shape)) };
    }
    if (!isSpace(byte)) {
      if ((follows & Follow.Next) === 0) return undefined;
      const item = arrays.next(array);
      if (item === undefined) return undefined;
      const behind = whitespace.after(gap, shape, space);
      if (gap === Gap.AfterValue) {
        return byte === COMMA ? { next: this.at(Place.ArrayNext, data, 0, behind) } : undefined;
      }
      const next = this.values.open(item.goal, byte, behind);
      if (isAfterAny && next !== undefined) {
        return this.canMissOne(array, item, next) ? { next, isUnsure: true } : { asksText: true };
      }
      return next === undefined ? undefined : { next, waiting: this.at(Place.ArrayWait, item.id, 0, behind) };
    }
    let live = Follow.None;
    if (mayClose && arrays.end(array) !== undefined) live |= Follow.Close;
    if (arrays.next(array) !== undefined) live |= Follow.Next;
    return this.inGap(place, gap, data, space, shape, byte, live);
  }

  /** Whether an item that begins like this can come whichever equal one is excluded. */
  private canMissOne(array: ArrayState, item: PendingItem, begun: FrameState): boolean {
    const { arrays } = this.parts;
    if (arrays.needsMore(item)) return false;
    if (frameKind(begun) === FrameKind.String) return this.strings.hasSeveral(frameId(begun));
    const isObject =
      frameKind(begun) === FrameKind.Structure && this.structure.place[frameId(begun)] === Place.ObjectOpen;
    return isObject && arrays.hasEndlessObjects(array);
  }

  /** Whitespace, as long as something that is live can follow it. */
  private inGap(
    place: Place,
    gap: Gap,
    data: number,
    space: number,
    shape: number,
    byte: number,
    live: Follow,
  ): Transition | undefined {
    if (!isSpace(byte)) return undefined;
    const { whitespace } = this.parts;
    const next = whitespace.step(gap, shape, space, byte);
    if (next < 0 || (whitespace.reachable(gap, shape, next) & live) === 0) return undefined;
    return { next: this.at(place, data, next, shape) };
  }

  /** The shape of a frame behind one inside of it that ended with a result. */
  private shapeAfter(structure: number, result: Result): number {
    return this.parts.whitespace.told(this.structure.shape[structure] as number, toldBy(result));
  }

  /** The goal of a property's value. */
  private propertyGoal(data: number): Goal {
    if (data <= FIRST_VALUE) return (this.keyedValues[FIRST_VALUE - data] as KeyedValue).goal;
    return this.parts.objects.property(data).goal;
  }

  private keyedValue(goal: Goal, after: ObjectEnd | undefined): number {
    const key = (after === undefined ? 0 : after + 1) * MAX_GOALS + goal.id;
    let index = this.keyedValueIds.get(key);
    if (index === undefined) {
      index = this.keyedValues.push({ goal, after }) - 1;
      this.keyedValueIds.set(key, index);
    }
    return index;
  }

  private goalNumber(goal: Goal): number {
    this.openGoals[goal.id] = goal;
    return goal.id;
  }

  private at(place: Place, data: number, space: number, shape: number): FrameState {
    return frameState(FrameKind.Structure, this.structure.intern(place, data, space, shape));
  }
}

function leadsNowhere(key: string): Error {
  return new Error(`The key ${JSON.stringify(key)} was offered but leads nowhere`);
}
