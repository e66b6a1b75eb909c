import { structureClass } from "../automaton/json-bytes.js";
import type { TokenTrie } from "../vocabulary/index.js";
import type { ExitLists, ExitNodes } from "./exit-lists.js";
import { structureSkips } from "./structure-skips.js";

const NO_NODES = new Int32Array(0);
/** So many fronts are kept. */
const MAX_FRONTS = 1 << 14;

/** The nodes of a front that have one byte. */
export class FrontStep {
  /** The tokens that end at them. */
  readonly tokens: Int32Array;
  /** Those that have others below. */
  readonly inner: Int32Array;
  /** The byte's class, as a bit. */
  readonly class: number;
  private front: Front | undefined;

  constructor(
    readonly byte: number,
    readonly nodes: Int32Array,
    private readonly fronts: Fronts,
  ) {
    const { tokens, nextDuplicate, subtreeEnd } = fronts.trie;
    const ids: number[] = [];
    for (const node of nodes) {
      for (let id = tokens[node] as number; id >= 0; id = nextDuplicate[id] as number) ids.push(id);
    }
    this.tokens = ids.length === 0 ? NO_NODES : Int32Array.from(ids);
    const inner = nodes.filter((node) => (subtreeEnd[node] as number) > node + 1);
    this.inner = inner.length === 0 ? NO_NODES : inner.length === nodes.length ? nodes : inner;
    this.class = 1 << (structureClass[byte] as number);
  }

  /** What is read behind the byte; undefined where no token goes on. */
  get below(): Front | undefined {
    if (this.inner.length === 0) return undefined;
    this.front ??= this.fronts.below(this.fronts.lists.intern(this.inner));
    return this.front;
  }
}

/**
 * Trie nodes whose bytes are read next, wherever in the trie they are: below several nodes at which a string ends the same
 * is read, and all of them that have the same byte are read at once.
 */
export class Front {
  private structureSteps: readonly FrontStep[] | undefined;
  /** By byte; those along other bytes when they are asked for. */
  private readonly steps = new Map<number, FrontStep | undefined>();

  /** @param nodes a list of what is read, or of the nodes above it */
  constructor(
    readonly id: number,
    private readonly nodes: Int32Array,
    private readonly isAbove: boolean,
    private readonly fronts: Fronts,
  ) {}

  /** The steps along bytes that JSON's structure is made of. */
  get structure(): readonly FrontStep[] {
    this.structureSteps ??= this.findStructure();
    return this.structureSteps;
  }

  private findStructure(): FrontStep[] {
    const { fronts, nodes, isAbove } = this;
    const { trie, skips } = fronts;
    const byByte = new Map<number, number[]>();
    const add = (node: number) => {
      const byte = trie.bytes[node] as number;
      if (structureClass[byte] === 0) return;
      const found = byByte.get(byte);
      if (found === undefined) byByte.set(byte, [node]);
      else found.push(node);
    };
    for (const node of nodes) {
      if (!isAbove) add(node);
      else {
        const end = trie.subtreeEnd[node] as number;
        for (let child = node + 1; child < end; child = skips[child] as number) add(child);
      }
    }
    return [...byByte].map(([byte, found]) => {
      const step = new FrontStep(byte, Int32Array.from(found), fronts);
      this.steps.set(byte, step);
      return step;
    });
  }

  /** The step along some byte, if there is one. */
  step(byte: number): FrontStep | undefined {
    let step = this.steps.get(byte);
    if (step === undefined && !this.steps.has(byte)) {
      const { trie } = this.fronts;
      const nodes = this.isAbove
        ? this.nodes.map((node) => trie.child(node, byte)).filter((child) => child >= 0)
        : this.nodes.filter((node) => trie.bytes[node] === byte);
      step = nodes.length === 0 ? undefined : new FrontStep(byte, nodes, this.fronts);
      this.steps.set(byte, step);
    }
    return step;
  }
}

/** The fronts of a vocabulary, each made once. */
export class Fronts {
  readonly skips: Int32Array;
  /** What is read at the start of a token. */
  readonly root: Front;
  private readonly known = new Map<number, Front>();

  /** @param lists numbers the lists of nodes that fronts are asked for. */
  constructor(
    readonly trie: TokenTrie,
    readonly lists: ExitLists,
  ) {
    this.skips = structureSkips(trie);
    this.root = this.below(lists.intern([0]));
  }

  /** What is read below some nodes. */
  below({ id, nodes }: ExitNodes): Front {
    return this.get(2 * id, nodes, true);
  }

  belowNode(node: number): Front {
    return this.known.get(2 * node) ?? this.get(2 * node, Int32Array.of(node), true);
  }

  /** What is read at some nodes. */
  at({ id, nodes }: ExitNodes): Front {
    return this.get(2 * id + 1, nodes, false);
  }

  private get(id: number, nodes: Int32Array, isAbove: boolean): Front {
    let front = this.known.get(id);
    if (front === undefined) {
      if (this.known.size > MAX_FRONTS) this.known.clear();
      front = new Front(id, nodes, isAbove, this);
      this.known.set(id, front);
    }
    return front;
  }
}
