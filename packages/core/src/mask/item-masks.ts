import type { ItemAutomaton } from "../automaton/context-free/item-automaton.js";
import type { ItemSetId } from "../automaton/context-free/item-sets.js";
import { checkTime } from "../language/index.js";
import type { Vocabulary } from "../vocabulary/index.js";
import { MaskCache } from "./mask-cache.js";
import { type MaskStore, maskStore } from "./mask-store.js";
import { unionOf } from "./mask-union.js";
import { RichItems } from "./rich-items.js";
import type { TokenCollector } from "./token-collector.js";
import { endMask, type LayeredMask, tokensMask } from "./token-mask.js";

/** The masks of a context-free grammar for one vocabulary, shared by all of its matchers. */
export class ItemMasks {
  private readonly automaton: ItemAutomaton;
  private readonly vocabulary: Vocabulary;
  private readonly collector: TokenCollector;
  private readonly masks: MaskCache<LayeredMask>;
  private readonly rich: RichItems;
  /** By depth in the trie: the set after that many bytes of the path. */
  private readonly path: Int32Array;
  private knownEnd: LayeredMask | undefined;

  constructor(automaton: ItemAutomaton, vocabulary: Vocabulary, store: MaskStore = maskStore(vocabulary)) {
    this.automaton = automaton;
    this.vocabulary = vocabulary;
    this.collector = store.collector;
    this.masks = new MaskCache(store.budget);
    this.rich = new RichItems(automaton, vocabulary, store);
    this.path = new Int32Array(vocabulary.trie.maxDepth + 1);
  }

  /** The tokens allowed behind a set. */
  get(set: ItemSetId): LayeredMask {
    let mask = this.masks.get(set, 0);
    if (mask === undefined) {
      mask = this.compute(set);
      this.masks.set(set, 0, mask, mask.bytes + (mask.base?.words.byteLength ?? 0));
    }
    return mask;
  }

  get end(): LayeredMask {
    this.knownEnd ??= endMask(this.vocabulary);
    return this.knownEnd;
  }

  private compute(set: ItemSetId): LayeredMask {
    const { automaton, vocabulary, collector, rich } = this;
    const { size } = vocabulary;
    rich.begin(set);
    const inside = rich.masks();
    collector.clear();
    if (rich.count === 0) this.walk(0, set);
    else {
      if (rich.endsHere || !rich.covers(set)) this.walk(0, set);
      for (const node of rich.crossings()) this.at(node, set);
    }
    this.addTokens(set);
    if (automaton.isComplete(set)) collector.addAll(vocabulary.eosTokenIds as number[]);
    const ids = collector.take();
    return inside.length === 0 ? tokensMask(size, ids) : unionOf(size, inside, ids);
  }

  /** Collects the tokens that begin with the path to a node. */
  private at(node: number, set: ItemSetId): void {
    const { automaton, collector } = this;
    let at = set;
    for (const byte of this.rich.pathOf(node)) {
      at = automaton.step(at, byte);
      if (at === 0) return;
    }
    collector.addNode(node);
    this.walk(node, at);
  }

  /** Collects the tokens below a node where the output is in a set; not those that rich items have read by themselves. */
  private walk(root: number, set: ItemSetId): void {
    const { automaton, collector, path, rich } = this;
    const { bytes, depth, subtreeEnd } = this.vocabulary.trie;
    path[depth[root] as number] = set;
    const end = subtreeEnd[root] as number;
    const prunes = rich.count > 0;
    for (let node = root + 1; node < end; ) {
      const d = depth[node] as number;
      const next = automaton.step(path[d - 1] as number, bytes[node] as number);
      const after = subtreeEnd[node] as number;
      if (next === 0) {
        node = after;
        continue;
      }
      collector.addNode(node);
      if (after === node + 1) node = after;
      else if (prunes && rich.covers(next)) node = after;
      else {
        path[d] = next;
        node++;
      }
    }
    checkTime();
  }

  private addTokens(set: ItemSetId): void {
    const { automaton, collector, vocabulary } = this;
    if (!automaton.hasTokens) return;
    for (const at of [set, automaton.endOf(set)]) {
      for (let i = 0; at !== 0 && i < automaton.sets.scanCount(at); i++) {
        const { tokens } = automaton.terminalOf(at, i);
        if (tokens !== undefined) collector.addAll(tokens.list(vocabulary));
      }
    }
  }
}
