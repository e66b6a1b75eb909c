import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Engine, EngineSetup } from "./engine.js";
import { peerVersion } from "./import-peer.js";
import { isTrap } from "./trap.js";

/** The part of `@mlc-ai/web-xgrammar` that is used. */
interface Xgrammar {
  readonly TokenizerInfo: {
    createTokenizerInfo(
      tokens: readonly string[],
      kind: string,
      prependSpace: boolean,
      size: number,
      stopTokenIds: readonly number[],
    ): Promise<object>;
  };
  readonly GrammarCompiler: { createGrammarCompiler(info: object): Promise<GrammarCompiler> };
  readonly GrammarMatcher: { createGrammarMatcher(grammar: Disposable): Promise<GrammarMatcher> };
}

interface Disposable {
  dispose(): void;
}

interface GrammarCompiler extends Disposable {
  compileJSONSchema(
    schema: string,
    anyWhitespace: boolean,
    indent: number,
    separators: undefined,
    strictMode: boolean,
  ): Promise<Disposable>;
}

interface GrammarMatcher extends Disposable {
  getNextTokenBitmask(): Promise<Int32Array>;
  acceptToken(id: number): boolean;
  reset(): void;
}

const NAME = "@mlc-ai/web-xgrammar";

/**
 * XGrammar as WebAssembly, in the mode that MaskBench calls compliant: any whitespace, and not the strict mode, which
 * forbids properties that a schema does not mention.
 */
export async function loadXgrammar({ tokenizer, eos, peer }: EngineSetup): Promise<Engine> {
  const { TokenizerInfo, GrammarCompiler, GrammarMatcher } = requireXgrammar(peer);
  const { tokens, kind } = readTokens(tokenizer);
  const info = await TokenizerInfo.createTokenizerInfo(tokens, kind, false, tokens.length, [eos]);
  const compiler = await GrammarCompiler.createGrammarCompiler(info);
  let schema = "";
  let grammar: Disposable | undefined;
  let matcher: GrammarMatcher | undefined;
  const has = (mask: Int32Array, id: number) => (mask[id >>> 5]! & (1 << (id & 31))) !== 0;
  return {
    version: peerVersion(peer, NAME),
    read(text) {
      matcher?.dispose();
      grammar?.dispose();
      matcher = grammar = undefined;
      schema = text;
    },
    async compile() {
      grammar = await compiler.compileJSONSchema(schema, true, -1, undefined, false);
      matcher = await GrammarMatcher.createGrammarMatcher(grammar);
      await matcher.getNextTokenBitmask();
    },
    start: () => matcher!.reset(),
    allows: async (id) => has(await matcher!.getNextTokenBitmask(), id),
    accept: (id) => matcher!.acceptToken(id),
    isComplete: async () => has(await matcher!.getNextTokenBitmask(), eos),
    isRefusal: (error) => !isTrap(error),
  };
}

/** The package says that it is an ES module, but its file is none: a copy under another name is what it is. */
function requireXgrammar(peer: string): Xgrammar {
  const source = join(peer, "node_modules", NAME, "lib/index.js");
  const copy = join(peer, "node_modules", NAME, "lib/index.cjs");
  if (!existsSync(copy)) copyFileSync(source, copy);
  return createRequire(copy)(copy) as Xgrammar;
}

/** The tokens as a tokenizer.json spells them, by id, and how they are spelled. */
function readTokens(file: string): { tokens: string[]; kind: string } {
  const json = JSON.parse(readFileSync(file, "utf8"));
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(json.model.vocab as Record<string, number>)) tokens[id] = token;
  for (const { id, content } of json.added_tokens ?? []) tokens[id] = content;
  const decoder = JSON.stringify(json.decoder ?? null);
  const kind = decoder.includes('"ByteLevel"')
    ? "byte_level"
    : decoder.includes('"ByteFallback"')
      ? "byte_fallback"
      : "raw";
  return { tokens: Array.from(tokens, (token) => token ?? ""), kind };
}
