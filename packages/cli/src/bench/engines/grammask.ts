import { readFileSync } from "node:fs";
import {
  clearCaches,
  compileJsonSchema,
  type Grammar,
  type JsonSchemaOptions,
  Matcher,
  SchemaError,
  Vocabulary,
} from "@grammask/core";
import { coreVersion } from "../machine.js";
import type { Engine, EngineSetup } from "./engine.js";

/** This project's engine, with the masks that it shares between sequences, as they are kept. */
export class GrammaskEngine implements Engine {
  readonly version = `@grammask/core ${coreVersion()}`;
  protected readonly vocabulary: Vocabulary;
  readonly #eos: number;
  readonly #options: JsonSchemaOptions;
  #schema = "";
  #grammar: Grammar | undefined;
  #matcher: Matcher | undefined;

  constructor({ tokenizer, eos, order }: EngineSetup) {
    this.vocabulary = Vocabulary.fromTokenizerJson(readFileSync(tokenizer, "utf8"), { eosTokenIds: [eos] });
    this.#eos = eos;
    this.#options = { order };
  }

  read(schema: string): void {
    this.#schema = schema;
    this.#grammar = undefined;
  }

  compile(): void {
    this.#grammar = compileJsonSchema(this.#schema, this.#options);
    this.#matcher = new Matcher(this.#grammar, this.vocabulary);
    this.computeMask(this.#matcher);
  }

  start(): void {
    this.#matcher = new Matcher(this.#grammar!, this.vocabulary);
  }

  allows(id: number): boolean {
    return this.allowsIn(this.#matcher!, id);
  }

  accept(id: number): boolean {
    return this.#matcher!.accept(id);
  }

  isComplete(): boolean {
    const matcher = this.#matcher!;
    if (this.allowsIn(matcher, this.#eos) !== matcher.isComplete)
      throw new Error(`at the end: the mask and isComplete (${matcher.isComplete}) disagree`);
    return matcher.isComplete;
  }

  clearCaches(): void {
    clearCaches();
  }

  isRefusal(error: unknown): boolean {
    return error instanceof SchemaError;
  }

  protected computeMask(matcher: Matcher): void {
    matcher.mask();
  }

  /** Whether a token is in the mask, which is computed anew. */
  protected allowsIn(matcher: Matcher, id: number): boolean {
    return matcher.mask().has(id);
  }
}

/** The same with `fillBitmask`: a full copy of each mask into a buffer of the caller, as other engines do it. */
export class GrammaskCopyEngine extends GrammaskEngine {
  readonly #target = new Uint32Array(Math.ceil(this.vocabulary.size / 32));

  protected override computeMask(matcher: Matcher): void {
    matcher.fillBitmask(this.#target);
  }

  protected override allowsIn(matcher: Matcher, id: number): boolean {
    this.computeMask(matcher);
    return (this.#target[id >>> 5]! & (1 << (id & 31))) !== 0;
  }
}
