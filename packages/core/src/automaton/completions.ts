/** Short texts that end the output, by config: how the frame on top ends, and then those below it. */

import { NO_LANGUAGE } from "../language/index.js";
import { type Automaton, FrameKind, frameId, frameKind, Step } from "./automaton.js";
import type { ByteTrail } from "./byte-trail.js";
import { type Completion, NOTHING } from "./completion.js";
import { CompletionSearch } from "./completion-search.js";
import type { Config } from "./configs.js";
import { DifferentItems } from "./different-items.js";
import type { CompletionFinder } from "./engine.js";

/** So many configs are remembered. */
const MAX_REMEMBERED = 100_000;
/** What ends an object from within a key of more bytes is looked for each time. */
const LONGEST_KEY = 64;

/** A short text was found that the automaton does not read: a fault of this package. */
export class CompletionError extends Error {
  override readonly name = "CompletionError";
  readonly code = "completion";
}

export class Completions implements CompletionFinder {
  private readonly automaton: Automaton;
  private readonly search: CompletionSearch | undefined;
  private readonly strings = new Map<number, Uint8Array>();
  /** By object, state of the key's string, and bytes of the key so far. */
  private readonly keys = new Map<string, Uint8Array>();
  private readonly texts = new Map<number, Uint8Array>();
  private readonly structures = new Map<number, Uint8Array>();
  private known = new Map<Config, Completion>();
  private readonly items: DifferentItems;

  constructor(automaton: Automaton) {
    this.automaton = automaton;
    this.items = new DifferentItems(automaton);
    const { completions } = automaton.frames;
    this.search = completions === undefined ? undefined : new CompletionSearch(completions);
  }

  /**
   * A short text that ends the output after `length` bytes of it, which the trail holds. Each frame ends by its shortest
   * text; the whole is the shortest, except where a frame can end in several ways that differ for the frames below.
   * @throws SchemaLimitError, LanguageLimitError where a limit does not let it be found
   */
  of(config: Config, trail: ByteTrail, length: number): Completion {
    if (this.known.size > MAX_REMEMBERED) this.known = new Map();
    const keyStart = trail.keyStart;
    const ends: { readonly config: Config; readonly bytes: Uint8Array; readonly isOwn: boolean }[] = [];
    let completion = NOTHING;
    let position = length;
    try {
      for (let at = config; !this.isDone(at); ) {
        const dependsOnText = this.dependsOnText(at);
        const known = dependsOnText ? undefined : this.known.get(at);
        if (known !== undefined) {
          completion = known;
          break;
        }
        const bytes = this.endOfTop(at, trail, position);
        ends.push({ config: at, bytes, isOwn: !dependsOnText });
        at = this.read(at, bytes, trail, position);
        position += bytes.length;
      }
    } finally {
      trail.keyStart = keyStart;
    }
    for (let i = ends.length - 1; i >= 0; i--) {
      const { config, bytes, isOwn } = ends[i] as (typeof ends)[number];
      completion = { bytes, next: completion, length: bytes.length + completion.length };
      if (isOwn) this.known.set(config, completion);
    }
    return completion;
  }

  /**
   * The same for an output that hit a limit: it may use a reserve beyond the limits of what is kept, and passes over what
   * is too costly to tell.
   */
  beyondLimit(config: Config, trail: ByteTrail, length: number): Completion {
    const { strings, completions } = this.automaton.frames;
    const find = () => this.of(config, trail, length);
    return strings.arena.nodes.withReserve(() =>
      completions === undefined ? find() : completions.withReserve(find),
    );
  }

  /** Whether what ends the output from a config depends on the text that led there; others are remembered. */
  dependsOnText(config: Config): boolean {
    return this.isInKey(config) || this.isInUnique(config);
  }

  /** Whether an open key is the beginning of a name that the schema mentions; true outside of keys. */
  mayBecomeName(config: Config, trail: ByteTrail, length: number): boolean {
    if (!this.isInKey(config)) return true;
    const { configs, frames } = this.automaton;
    const waiting = frameId(configs.state(configs.parent(config)));
    const content = trail.bytes.slice(trail.keyStart, length);
    const isBetween = frames.strings.language(frameId(configs.state(config))) !== NO_LANGUAGE;
    return isBetween && frames.completions?.beginsName(waiting, content) === true;
  }

  private isDone(config: Config): boolean {
    const state = this.automaton.configs.state(config);
    return frameKind(state) === FrameKind.Structure && this.automaton.frames.isDone(frameId(state));
  }

  /** The bytes that end the frame on top, or the object around it where that is a key. */
  private endOfTop(config: Config, trail: ByteTrail, length: number): Uint8Array {
    const { configs, frames } = this.automaton;
    const state = configs.state(config);
    const id = frameId(state);
    switch (frameKind(state)) {
      case FrameKind.String: {
        if (!this.isInKey(config)) {
          return remembered(this.strings, id, () => frames.strings.completion(id) as number[]);
        }
        const { search } = this;
        const waiting = frameId(configs.state(configs.parent(config)));
        const content = trail.bytes.slice(trail.keyStart, length);
        const steps = () => frames.completions?.stepsInKey(waiting, id, content) ?? [];
        const find = () => search?.fromSteps(steps) ?? [];
        if (content.length > LONGEST_KEY) return Uint8Array.from(find());
        return remembered(this.keys, `${waiting},${id},${String.fromCharCode(...content)}`, find);
      }
      case FrameKind.Text:
        return remembered(this.texts, id, () => frames.texts.completion(id) as number[]);
      case FrameKind.Literal:
        return Uint8Array.from(frames.literals.completion(id));
      default:
        return remembered(this.structures, id, () => this.search?.fromState(id) ?? []);
    }
  }

  /** The config behind bytes that end the frame on top. */
  private read(config: Config, bytes: Uint8Array, trail: ByteTrail, length: number): Config {
    const { automaton } = this;
    const { configs } = automaton;
    trail.reserve(length + bytes.length + 1);
    let state = configs.state(config);
    let parent = configs.parent(config);
    const isText = frameKind(state) === FrameKind.Text;
    for (let i = 0; i < bytes.length; i++) {
      trail.bytes[length + i] = bytes[i] as number;
      const step = automaton.advance(state, parent, bytes[i] as number, trail, length + i);
      if (step !== Step.Read) this.fail(bytes);
      state = automaton.nextState;
      parent = automaton.nextParent;
    }
    if (isText) {
      if (!automaton.frames.texts.isFinal(frameId(state))) this.fail(bytes);
      const result = automaton.frames.lexemeResult(FrameKind.Text, frameId(state));
      automaton.finish(result, parent, trail, length + bytes.length);
      state = automaton.nextState;
      parent = automaton.nextParent;
    }
    return configs.intern(state, parent);
  }

  private fail(bytes: Uint8Array): never {
    const text = new TextDecoder().decode(bytes);
    throw new CompletionError(`The completion ${JSON.stringify(text)} is not an output's end`);
  }

  /** What follows a key depends on its text, which is not part of the config. */
  private isInKey(config: Config): boolean {
    const { configs, frames } = this.automaton;
    const isString = frameKind(configs.state(config)) === FrameKind.String;
    return isString && frames.waitsForKey(frameId(configs.state(configs.parent(config))));
  }

  /** The same for items that must differ. */
  private isInUnique(config: Config): boolean {
    return this.items.isAmong(this.automaton.configs.parent(config));
  }
}

function remembered<State>(
  known: Map<State, Uint8Array>,
  state: State,
  compute: () => readonly number[],
): Uint8Array {
  let bytes = known.get(state);
  if (bytes === undefined) {
    if (known.size > MAX_REMEMBERED) known.clear();
    bytes = Uint8Array.from(compute());
    known.set(state, bytes);
  }
  return bytes;
}
