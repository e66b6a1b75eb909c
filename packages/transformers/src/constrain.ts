import { Matcher } from "@grammask/core";
import {
  LogitsProcessor,
  LogitsProcessorList,
  StoppingCriteria,
  StoppingCriteriaList,
  type Tensor,
} from "@huggingface/transformers";
import { applyMask } from "./apply-mask.js";
import { BudgetTooSmallError, GenerationError, InvalidOptionError } from "./errors.js";
import { Generations, type TokenIds } from "./generations.js";
import { compileForm, type Form } from "./grammar.js";
import type { Constraint } from "./row.js";
import { type Generator, vocabularyOf } from "./vocabulary.js";

/** What an output has to match, and how it ends. */
export interface ConstraintOptions extends Form {
  /**
   * What happens to an output when `max_new_tokens` comes to its end. "close": it is led to its end in time, so that it is
   * always complete and valid; a budget below the shortest valid output is a `BudgetTooSmallError` at once. "cut": it ends
   * in the middle. Default: "close".
   */
  readonly onLength?: "close" | "cut";
}

/** Options of `generate` that a constraint adds to. */
export interface GenerateOptions {
  /** The most tokens to generate, at least 1. Default: 1,024. */
  readonly max_new_tokens?: number | null;
  /** Processors that run before the constraint. */
  readonly logits_processor?: LogitsProcessorList | null;
  readonly stopping_criteria?: StoppingCriteria | StoppingCriteria[] | StoppingCriteriaList | null;
}

/** Options of `generate` with a constraint among them. */
export type Constrained<Options> = Omit<Options, keyof GenerateOptions> & {
  readonly max_new_tokens: number;
  readonly logits_processor: LogitsProcessorList;
  readonly stopping_criteria: StoppingCriteriaList;
};

const DEFAULT_MAX_NEW_TOKENS = 1024;

/**
 * Options for `generate` or a text-generation pipeline with which each output matches a schema or another form.
 *
 * ```ts
 * const generator = await pipeline("text-generation", MODEL);
 * const options = constrain(generator, { schema }, { max_new_tokens: 200 });
 * const [{ generated_text }] = await generator(messages, options);
 * ```
 *
 * They may be used for any number of generations, also at the same time; the masks that were found are kept with them.
 *
 * @param generator a pipeline, or a tokenizer and its model
 * @param constraint one for all rows of a batch, or a list of one for each
 * @param options those of `generate`; all are passed on, and `max_new_tokens` is what outputs are closed for
 * @throws InvalidOptionError for a value that is wrong
 * @throws UnsupportedTokenizerError where the bytes of the tokenizer's tokens cannot be known
 * @throws BudgetTooSmallError where no valid output is as short as `max_new_tokens`, unless it may be cut
 * @throws SchemaError of `@grammask/core` where a schema cannot be compiled; PatternError, GrammarError or
 *   LanguageLimitError where a regular expression or a choice cannot be
 */
export function constrain<Options extends object>(
  generator: Generator,
  constraint: ConstraintOptions | readonly ConstraintOptions[],
  options: Options & GenerateOptions = {} as Options & GenerateOptions,
): Constrained<Options> {
  const max_new_tokens = options.max_new_tokens ?? DEFAULT_MAX_NEW_TOKENS;
  if (!Number.isInteger(max_new_tokens) || max_new_tokens < 1) {
    throw new InvalidOptionError("max_new_tokens", `${max_new_tokens} is not an integer of at least 1`);
  }
  const all: readonly ConstraintOptions[] = Array.isArray(constraint) ? constraint : [constraint];
  if (all.length === 0) throw new InvalidOptionError("constraint", "the list is empty");
  const generations = new Generations(all.map((each) => prepare(generator, each, max_new_tokens)));
  const logits_processor = new LogitsProcessorList();
  if (options.logits_processor) logits_processor.extend([...options.logits_processor]);
  logits_processor.push(new ConstraintProcessor(generations));
  const stopping_criteria = new StoppingCriteriaList();
  if (options.stopping_criteria) stopping_criteria.extend(options.stopping_criteria);
  stopping_criteria.push(new ConstraintCriterion(generations));
  return { ...options, max_new_tokens, logits_processor, stopping_criteria };
}

function prepare(generator: Generator, options: ConstraintOptions, maxNewTokens: number): Constraint {
  const { onLength = "close", ...form } = options;
  if (onLength !== "close" && onLength !== "cut") {
    throw new InvalidOptionError("onLength", `${String(onLength)} is not "close" or "cut"`);
  }
  const grammar = compileForm(form);
  const vocabulary = vocabularyOf(generator);
  if (onLength === "cut") return { grammar, vocabulary, budget: undefined };
  const needed = new Matcher(grammar, vocabulary).completionTokens();
  if (needed > maxNewTokens) throw new BudgetTooSmallError(maxNewTokens, needed);
  return { grammar, vocabulary, budget: maxNewTokens };
}

/** Leaves the allowed tokens' logits alone. */
class ConstraintProcessor extends LogitsProcessor {
  readonly #generations: Generations;

  constructor(generations: Generations) {
    super();
    this.#generations = generations;
  }

  override _call(ids: bigint[][], logits: Tensor): Tensor {
    const width = logits.dims.at(-1)!;
    const { data } = logits;
    if (!(data instanceof Float32Array) || data.length !== ids.length * width) {
      throw new GenerationError(
        `Logits of ${ids.length} rows of 32-bit floats are expected, not ${logits.dims}.`,
      );
    }
    for (const [i, row] of this.#generations.rowsAt(ids).entries()) {
      const own = data.subarray(i * width, (i + 1) * width);
      applyMask(own, row.allowed(own));
    }
    return logits;
  }
}

/**
 * A row is done where nothing but its end may follow: the last step of the model is not needed. Rows that are done go on
 * being drawn until all are; they get the end of the sequence only.
 */
class ConstraintCriterion extends StoppingCriteria {
  readonly #generations: Generations;

  constructor(generations: Generations) {
    super();
    this.#generations = generations;
  }

  override _call(ids: TokenIds): boolean[] {
    return this.#generations.rowsOf(ids).map(({ isDone }) => isDone);
  }
}
