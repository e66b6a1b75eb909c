import { GrowingJson } from "./growing-json.js";

/** The longest piece whose copies are noticed, in UTF-16 code units, as all lengths here. */
const LONGEST_PERIOD = 256;
/** A value repeats itself where it ends with so many copies of a piece, the first included, of such a length together. */
const COPIES = 3;
const LENGTH = 128;

/** What ends an output: the shortest text that does. */
export interface End {
  readonly bytes: Uint8Array;
  readonly tokens: number;
}

/** A value that was ended because it repeated itself. */
export interface EndedRepetition {
  /** The first token of its end. */
  readonly token: number;
  /** The JSON Pointer of the value; "", the whole, where the output is not JSON. */
  readonly pointer: string;
}

/** More than the tokens of an end. */
const MANY_TOKENS = 1e6;
/** What counts as within a word, in tokens. */
const IN_WORD = 1000;

/**
 * Tells whether an output has come to repeat itself word for word, as small models do until there is no room left, and which
 * value to end then, and where: where the end has the fewest characters that the next copy would not have had as well, so behind a whole
 * item of a list; a text between two words. A value that must go on (`minItems`) is not ended: with each copy less of it is missing.
 */
export class Repetition {
  /** The values that were ended. */
  readonly ended: EndedRepetition[] = [];
  readonly #json: GrowingJson | undefined;
  readonly #decoder = new TextDecoder();
  /** The last code units, each at its position modulo the length. */
  readonly #last = new Uint16Array(LONGEST_PERIOD);
  #length = 0;
  /** By period: how many of the last code units are like those a period before. */
  readonly #alike = new Int32Array(LONGEST_PERIOD + 1);
  /** By length: how little good it is to end the value there. */
  readonly #costs = new Map<number, number>();
  /** How many values are open around the one that is being ended; undefined: none is. */
  #around: number | undefined;

  /** @param isJson whether the output is a JSON text; of others the whole is ended */
  constructor(isJson: boolean) {
    this.#json = isJson ? new GrowingJson() : undefined;
  }

  /** Whether a value is being ended: all that is allowed then is what ends it soon. */
  get isEnding(): boolean {
    return this.#around !== undefined;
  }

  /** The output goes on: in text, since the same text can be written with different tokens. */
  push(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    for (let i = 0; i < text.length; i++) {
      this.#add(text.charCodeAt(i));
    }
    this.#json?.push(text);
    this.#json?.takeEnded();
    if (this.#around !== undefined && this.#open().length <= this.#around) {
      this.#around = undefined;
    }
  }

  #add(unit: number): void {
    const most = Math.min(this.#length, LONGEST_PERIOD);
    for (let period = 1; period <= most; period++) {
      const isAlike = this.#last[(this.#length - period) % LONGEST_PERIOD] === unit;
      this.#alike[period] = isAlike ? this.#alike[period]! + 1 : 0;
    }
    this.#last[this.#length % LONGEST_PERIOD] = unit;
    this.#length++;
  }

  /**
   * Begins to end the value that repeats itself, if it is best ended here, behind all that was pushed.
   *
   * @param token the number of the next token
   * @param end what ends the output here
   */
  look(token: number, end: () => End): void {
    // One period before there are enough copies, the costs begin to be noted.
    const nearly = this.isEnding ? undefined : this.#period((period) => enough(period) - period);
    if (nearly === undefined) {
      this.#costs.clear();
      return;
    }
    const cost = this.#cost(end(), nearly);
    this.#costs.set(this.#length, cost);
    const period = this.#period(enough);
    if (period === undefined || this.#costs.get(this.#length - period) !== cost) {
      return;
    }
    const first = this.#length - period;
    if ([...this.#costs].some(([at, other]) => at > first && other < cost)) {
      return;
    }
    // The innermost value that was open all the time; items of a list that repeats itself have begun later.
    const open = this.#open();
    const around = open.findLastIndex(({ start }) => start <= first);
    this.ended.push({ token, pointer: open[around]?.pointer ?? "" });
    this.#around = Math.max(0, around);
    this.#costs.clear();
  }

  #open() {
    return this.#json?.openSpans ?? [{ pointer: "", start: 0 }];
  }

  /** The shortest period that as many of the last code units have as are asked for. */
  #period(asked: (period: number) => number): number | undefined {
    for (let period = 1; period <= LONGEST_PERIOD; period++) {
      if (this.#alike[period]! >= asked(period)) {
        return period;
      }
    }
    return undefined;
  }

  #cost({ bytes, tokens }: End, period: number): number {
    const text = new TextDecoder().decode(bytes);
    const next = (i: number) => this.#last[(this.#length - period + i) % LONGEST_PERIOD]!;
    let common = 0;
    while (common < Math.min(text.length, period) && text.charCodeAt(common) === next(common)) {
      common++;
    }
    const isInWord = common === 0 && isWord(next(period - 1)) && isWord(next(0));
    return (text.length - common) * MANY_TOKENS + (isInWord ? IN_WORD : 0) + tokens;
  }
}

function isWord(unit: number): boolean {
  return /[\p{L}\p{N}\p{M}_]/u.test(String.fromCharCode(unit));
}

/** How many code units must be like those a period before. */
function enough(period: number): number {
  return Math.max((COPIES - 1) * period, LENGTH - period);
}
