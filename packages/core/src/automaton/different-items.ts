import { type Automaton, FrameKind, frameId, frameKind } from "./automaton.js";
import type { Config } from "./configs.js";

const UNKNOWN = 0;
const NO = 1;
const YES = 2;
const NONE_KNOWN = new Uint8Array(0);
/** There is room for so many configs at first: arrays so small are on the engine's own heap. */
const FEW = 64;

/** Which configs have an open item on their stack that must differ from others; each config is looked at once. */
export class DifferentItems {
  private readonly automaton: Automaton;
  private known = NONE_KNOWN;

  constructor(automaton: Automaton) {
    this.automaton = automaton;
  }

  /** Whether the config or one below it waits for such an item. */
  isAmong(config: Config): boolean {
    // Most grammars have no such item, and then a stack is not gone through, however deep it is.
    if (config === 0 || !this.automaton.frames.anyWaitsForItem) return false;
    while (config >= this.known.length) {
      const known = new Uint8Array(Math.max(this.known.length * 2, FEW));
      known.set(this.known);
      this.known = known;
    }
    if (this.known[config] === UNKNOWN) this.look(config);
    return this.known[config] === YES;
  }

  /** A config's number is above those of the stack below it. */
  private look(config: Config): void {
    const { known } = this;
    const { configs, frames } = this.automaton;
    let at = config;
    while (at !== 0 && known[at] === UNKNOWN) {
      const state = configs.state(at);
      if (frameKind(state) === FrameKind.Structure && frames.waitsForItem(frameId(state))) break;
      at = configs.parent(at);
    }
    const answer = at !== 0 && known[at] !== NO ? YES : NO;
    if (at !== 0 && known[at] === UNKNOWN) known[at] = YES;
    for (let above = config; above !== at; above = configs.parent(above)) known[above] = answer;
  }
}
