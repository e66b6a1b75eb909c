import { clearCaches, type Grammar, Matcher, Vocabulary } from "@grammask/core";
import { threadMilliseconds } from "./thread-clock.js";

/** What a constraint did on trial. */
export interface Trial {
  readonly grammar: Grammar;
  /** The longest that it kept its thread busy in one piece, in milliseconds: compiling it, or one of the first masks. */
  readonly milliseconds: number;
}

/** A vocabulary of single bytes: it says as much about the cost of a grammar as a large one, and is there at once. */
const BYTES = Vocabulary.fromBytes(
  Array.from({ length: 257 }, (_, byte) => Uint8Array.from(byte < 256 ? [byte] : [])),
  { eosTokenIds: [256] },
);

/** Masks that are tried: along the shortest output, and along one that is drawn. */
const MOST_MASKS = 64;
/** Where all masks together took so long, in milliseconds, enough is known. */
const LONG = 100;
/**
 * What a piece of work for a light constraint takes at most, in milliseconds of its thread's work. A step of a model takes
 * longer. What takes longer is measured again: the first code that runs is slow, and on a busy machine much else is now and then.
 */
export const LIGHT = 8;
/** What took so long altogether, in milliseconds of work, is not measured again. */
const MEASURED_AGAIN = 200;
/** Nor is what took so many times longer than light work when it was measured again. */
const CLEARLY_HEAVY = 4;
const MOST_ATTEMPTS = 4;
/** A thread's clock may be behind by so much: kernels without fine accounting count it at their ticks, in milliseconds. */
const TICK = 4;

/**
 * Compiles a constraint, and makes the masks along some outputs.
 *
 * @throws what `compile` throws, and the error of a limit that the shortest output hits
 */
export function tryConstraint(compile: () => Grammar): Trial {
  const start = threadMilliseconds();
  const { grammar, pieces: first } = attempt(compile);
  let pieces = first;
  let milliseconds = Math.max(...pieces);
  for (let attempts = 1; attempts < MOST_ATTEMPTS; attempts++) {
    const isSettled = milliseconds <= LIGHT || (attempts > 1 && milliseconds > CLEARLY_HEAVY * LIGHT);
    if (isSettled || threadMilliseconds() - start > MEASURED_AGAIN) {
      break;
    }
    // What is known from the attempt before would hide what the constraint costs.
    clearCaches();
    const again = attempt(compile).pieces;
    pieces = pieces.map((time, i) => Math.min(time, again[i] ?? time));
    milliseconds = Math.max(...pieces);
  }
  return { grammar, milliseconds };
}

/** The times of an attempt's pieces of work, the same pieces each time. */
function attempt(compile: () => Grammar): { readonly grammar: Grammar; readonly pieces: readonly number[] } {
  const pieces: number[] = [];
  let [start, work] = [performance.now(), threadMilliseconds()];
  const lap = () => {
    const [now, worked] = [performance.now(), threadMilliseconds()];
    // The time that has passed is exact, and has in it what the machine did beside.
    pieces.push(Math.min(now - start, worked - work + TICK));
    [start, work] = [performance.now(), worked];
  };
  const grammar = compile();
  const matcher = new Matcher(grammar, BYTES);
  // Generations begin with the shortest output, to know what budget is too small: what that costs, it costs here as well.
  const { bytes } = matcher.shortestCompletion();
  lap();
  const end = start + LONG;
  try {
    for (const walk of [bytes.subarray(0, MOST_MASKS), drawnBytes(matcher)]) {
      let masks = 0;
      for (const byte of walk) {
        matcher.mask();
        matcher.accept(byte);
        lap();
        if (++masks === MOST_MASKS || start > end) {
          break;
        }
      }
      matcher.reset();
    }
  } catch {
    // A limit that masks hit is no reason to refuse the constraint: it ends an output, if one comes here.
  }
  return { grammar, pieces };
}

/** Bytes that a matcher allows, drawn by the generator of Park and Miller, so that a trial is always the same. */
function* drawnBytes(matcher: Matcher): Generator<number, void, void> {
  let state = 1;
  for (;;) {
    const mask = matcher.mask();
    const allowed = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => mask.has(byte));
    if (allowed.length === 0) {
      return;
    }
    state = (state * 48271) % 2147483647;
    yield allowed[state % allowed.length]!;
  }
}
