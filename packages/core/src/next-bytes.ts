import { Automaton, Step } from "./automaton/automaton.js";
import { Companion } from "./automaton/companion.js";
import type { Config } from "./automaton/configs.js";
import type { Engine } from "./automaton/engine.js";
import { isLimitError } from "./json-schema/errors.js";

/** So many configs are remembered. */
const MAX_REMEMBERED = 50_000;

/** Which bytes may come next, by config. */
export class NextBytes {
  private static readonly shared = new Companion((automaton: Automaton) => new NextBytes(automaton));
  private readonly automaton: Automaton;
  private known = new Map<Config, readonly number[] | undefined>();

  private constructor(automaton: Automaton) {
    this.automaton = automaton;
  }

  /** Those of an engine, shared by all of its matchers; undefined where they cannot be told by config. */
  static for(engine: Engine): NextBytes | undefined {
    const isTimed = engine.maskMilliseconds !== Number.POSITIVE_INFINITY;
    if (!(engine instanceof Automaton) || isTimed) return undefined;
    return NextBytes.shared.of(engine);
  }

  /** The bytes, ascending; undefined where they depend on the text that led there, or a limit does not let them be told. */
  of(config: Config): readonly number[] | undefined {
    const found = this.known.get(config);
    if (found !== undefined || this.known.has(config)) return found;
    if (this.known.size >= MAX_REMEMBERED) this.known = new Map();
    const bytes = this.find(config);
    this.known.set(config, bytes);
    return bytes;
  }

  private find(config: Config): readonly number[] | undefined {
    const { automaton } = this;
    const state = automaton.configs.state(config);
    const parent = automaton.configs.parent(config);
    const bytes: number[] = [];
    try {
      for (let byte = 0; byte < 256; byte++) {
        const step = automaton.advance(state, parent, byte, undefined, 0);
        if (step === Step.Read) bytes.push(byte);
        else if (step !== Step.Dead) return undefined;
      }
    } catch (error) {
      if (isLimitError(error)) return undefined;
      throw error;
    }
    return bytes;
  }
}
