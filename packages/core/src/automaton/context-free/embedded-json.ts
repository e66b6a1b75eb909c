import { GrammarLimitError, PairMemo } from "../../language/index.js";
import { type Automaton, FrameKind, frameId, frameKind, Step } from "../automaton.js";
import { ByteTrail } from "../byte-trail.js";
import { completionBytes } from "../completion.js";
import { Completions } from "../completions.js";
import type { Config } from "../configs.js";
import type { LexemeReader } from "./terminals.js";

/**
 * Reads a JSON value of a schema's automaton as a terminal. Where that automaton needs text that was read before (an open
 * key; all of it where items must differ), the text is part of the state.
 */
export class EmbeddedJson implements LexemeReader {
  readonly automaton: Automaton;
  readonly start: number;
  private readonly completions: Completions;
  private readonly keepsAll: boolean;
  private readonly maxStates: number;
  // By state.
  private readonly configs: Config[] = [0];
  private readonly texts: number[] = [0];
  private readonly keyStarts: number[] = [0];
  private readonly byConfig = new PairMemo();
  // Texts as chains: by number the one without its last byte, that byte, and the length. 0 is the empty text.
  private readonly shorter: number[] = [0];
  private readonly last: number[] = [0];
  private readonly lengths: number[] = [0];
  private readonly longer = new PairMemo();
  private readonly trail = new ByteTrail();

  /** @param keepsAll whether the schema may ask for items that differ from each other */
  constructor(automaton: Automaton, keepsAll: boolean, maxStates: number) {
    this.automaton = automaton;
    this.completions = new Completions(automaton);
    this.keepsAll = keepsAll;
    this.maxStates = maxStates;
    this.start = this.intern(automaton.start, 0, 0);
  }

  /** How many states there are. */
  get size(): number {
    return this.configs.length;
  }

  step(state: number, byte: number): number {
    const { automaton } = this;
    const { configs } = automaton;
    const config = this.configs[state] as Config;
    const text = this.texts[state] as number;
    const trail = this.load(state);
    const length = this.lengths[text] as number;
    trail.bytes[length] = byte;
    if (automaton.advance(configs.state(config), configs.parent(config), byte, trail, length) !== Step.Read) {
      return 0;
    }
    const next = configs.intern(automaton.nextState, automaton.nextParent);
    if (this.keepsAll) return this.intern(next, this.append(text, byte), trail.keyStart);
    const isInKey = this.isInKey(next);
    return this.intern(next, isInKey && this.isInKey(config) ? this.append(text, byte) : 0, 0);
  }

  isFinal(state: number): boolean {
    return this.automaton.isComplete(this.configs[state] as Config);
  }

  hasNext(state: number): boolean {
    const { configs, frames } = this.automaton;
    const top = configs.state(this.configs[state] as Config);
    return !(frameKind(top) === FrameKind.Structure && frames.isDone(frameId(top)));
  }

  completion(state: number): number[] {
    const length = this.lengths[this.texts[state] as number] as number;
    const completion = this.completions.of(this.config(state), this.load(state), length);
    return [...completionBytes(completion)];
  }

  /** The automaton's config in a state. */
  config(state: number): Config {
    return this.configs[state] as Config;
  }

  /** How much text the state has. */
  length(state: number): number {
    return this.lengths[this.texts[state] as number] as number;
  }

  /** The text that belongs to a state, with room for a byte; overwritten by the next call. */
  load(state: number): ByteTrail {
    const { trail } = this;
    let text = this.texts[state] as number;
    const length = this.lengths[text] as number;
    trail.reserve(length + 1);
    for (let i = length - 1; i >= 0; i--) {
      trail.bytes[i] = this.last[text] as number;
      text = this.shorter[text] as number;
    }
    trail.keyStart = this.keyStarts[state] as number;
    return trail;
  }

  private isInKey(config: Config): boolean {
    const { configs, frames } = this.automaton;
    if (frameKind(configs.state(config)) !== FrameKind.String) return false;
    return frames.waitsForKey(frameId(configs.state(configs.parent(config))));
  }

  private append(text: number, byte: number): number {
    const known = this.longer.get(text, byte);
    if (known >= 0) return known;
    const longer = this.shorter.push(text) - 1;
    this.last.push(byte);
    this.lengths.push((this.lengths[text] as number) + 1);
    this.longer.set(text, byte, longer);
    return longer;
  }

  private intern(config: Config, text: number, keyStart: number): number {
    // The text tells where a key in it starts.
    const known = this.byConfig.get(config, text);
    if (known >= 0) return known;
    if (this.configs.length >= this.maxStates) throw new GrammarLimitError("maxPositions", this.maxStates);
    const state = this.configs.push(config) - 1;
    this.texts.push(text);
    this.keyStarts.push(keyStart);
    this.byConfig.set(config, text, state);
    return state;
  }
}
