/**
 * Derivatives. The derivative of a language by a code point c is what may follow c in it (Brzozowski 1964; Owens,
 * Reppy and Turon 2009). All derivatives of a node are computed at once, as a step function from code point
 * segments to nodes, by a sweep over the segments of the operands, and stored.
 */
import type { Algebra, LeafTheory } from "./algebra.js";
import { CODE_POINT_END, isSurrogate } from "./code-point-set.js";
import { Kind, type Language, UNBOUNDED } from "./nodes.js";
import { StepBuilder } from "./step-builder.js";

/** Unions of more operands than this are swept by events, so that a step costs its targets and not their square. */
const MANY = 16;

/** No language. */
const NO_TARGET = -1;

/** What targets were joined to. */
interface Joined {
  readonly targets: readonly Language[];
  readonly joined: Language;
  /** Another one with the same hash. */
  readonly other: Joined | undefined;
}

function sameList(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export class Steps {
  readonly #pending: Language[] = [];
  readonly #ofTexts = new StepBuilder();
  /** Fixpoints whose step functions are being computed. */
  readonly #open = new Set<Language>();

  constructor(
    private readonly algebra: Algebra,
    private readonly theories: readonly LeafTheory[],
    private readonly equations: readonly (() => Language)[],
  ) {}

  /** Whether the step function of a fixpoint is being computed: then nothing may ask for it. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  derivative(node: Language, codePoint: number): Language {
    if (isSurrogate(codePoint)) return this.algebra.empty;
    this.prepare(node);
    const { stepStart, stepCount, stepBounds, stepTargets } = this.algebra.nodes;
    const start = stepStart[node]!;
    let low = start + 1;
    let high = start + stepCount[node]!;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (stepBounds[middle]! <= codePoint) low = middle + 1;
      else high = middle;
    }
    return stepTargets[low - 1]!;
  }

  /** Computes and stores the step function of a node, after those of its operands (with a stack of its own). */
  prepare(node: Language): void {
    const { nodes } = this.algebra;
    if (nodes.stepStart[node]! >= 0) return;
    switch (nodes.kind[node]) {
      case Kind.Class:
      case Kind.Literal:
      case Kind.Texts:
        // They have no operands, and what they take is bounded by their texts.
        this.#compute(node, this.#ofTexts.clear());
        return;
      default:
        nodes.bounded(() => this.#prepare(node));
    }
  }

  #prepare(node: Language): void {
    const { nodes } = this.algebra;
    const pending = this.#pending;
    const bottom = pending.length;
    pending.push(node);
    try {
      while (pending.length > bottom) {
        const next = pending.at(-1)!;
        const waiting = pending.length;
        if (nodes.stepStart[next]! < 0) this.#pushOperands(next);
        if (pending.length > waiting) continue;
        pending.pop();
        if (nodes.stepStart[next]! < 0) this.#compute(next);
      }
    } finally {
      pending.length = bottom;
      if (bottom === 0) this.#open.clear();
    }
  }

  #pushOperands(node: Language): void {
    const { kind, a, b } = this.algebra.nodes;
    switch (kind[node]) {
      case Kind.Concat:
        this.#push(a[node]!);
        if (this.algebra.nullable(a[node]!)) this.#push(b[node]!);
        return;
      case Kind.Repeat:
      case Kind.Complement:
        this.#push(a[node]!);
        return;
      case Kind.Fixpoint:
        this.#open.add(node);
        this.#push(this.#unfolded(node));
        return;
      case Kind.Union:
      case Kind.Intersection:
      case Kind.Observe:
        for (const item of this.algebra.nodes.items(node)) this.#push(item);
    }
  }

  /** The right side of a fixpoint's equation, kept in the node. */
  #unfolded(node: Language): Language {
    const { nodes } = this.algebra;
    if (nodes.b[node] !== 0) return nodes.b[node]!;
    // Unfolding creates nodes and can move the arrays, so it comes before the write.
    const unfolded = this.equations[nodes.a[node]!]!();
    nodes.b[node] = unfolded;
    return unfolded;
  }

  #push(node: Language): void {
    if (this.algebra.nodes.stepStart[node]! < 0) this.#pending.push(node);
  }

  // Building targets may look up derivatives (filtering finite sets), so a nested computation has its own builder.
  #compute(node: Language, out = new StepBuilder()): void {
    const { nodes, sets, texts, empty, epsilon } = this.algebra;
    const { algebra } = this;
    const a = nodes.a[node]!;
    switch (nodes.kind[node]) {
      case Kind.Empty:
      case Kind.Epsilon:
        out.add(0, empty);
        break;
      case Kind.Class: {
        out.add(0, empty);
        const boundaries = sets.boundaries(a);
        for (let i = 0; i < boundaries.length; i++) out.add(boundaries[i]!, (i & 1) === 0 ? epsilon : empty);
        break;
      }
      case Kind.Literal:
      case Kind.Texts:
        texts.step(node, out);
        break;
      case Kind.Leaf:
        this.theories[a]!.step(nodes.b[node]!, out);
        break;
      case Kind.Concat: {
        const tail = nodes.b[node]!;
        if (!algebra.nullable(a)) this.#map(a, out, (target) => algebra.concat(target, tail));
        else this.#sweep([a, tail], out, ([x, y]) => algebra.union([algebra.concat(x!, tail), y!]));
        break;
      }
      case Kind.Repeat: {
        const max = nodes.c[node]!;
        const rest = algebra.repeat(
          a,
          Math.max(0, nodes.b[node]! - 1),
          max === UNBOUNDED ? UNBOUNDED : max - 1,
        );
        this.#map(a, out, (target) => algebra.concat(target, rest));
        break;
      }
      case Kind.Complement:
        this.#map(a, out, (target) => algebra.complement(target));
        break;
      case Kind.Union: {
        const items = nodes.items(node);
        if (items.length > MANY) this.#sweepMany(items, out);
        else this.#sweep(items, out, (targets) => algebra.union(targets), algebra.any);
        break;
      }
      case Kind.Intersection:
        this.#sweep(nodes.items(node), out, (targets) => algebra.intersection(targets), empty);
        break;
      case Kind.Fixpoint:
        this.#map(this.#unfolded(node), out, (target) => target);
        this.#open.delete(node);
        break;
      case Kind.Observe:
        this.#sweep(nodes.items(node), out, ([goal, ...parts]) => algebra.observe(goal!, parts));
    }
    nodes.setStep(node, out.bounds, out.targets);
  }

  #map(node: Language, out: StepBuilder, target: (target: Language) => Language): void {
    const { nodes } = this.algebra;
    const start = nodes.stepStart[node]!;
    const end = start + nodes.stepCount[node]!;
    const known = new Map<Language, Language>();
    for (let i = start; i < end; i++) {
      const from = nodes.stepTargets[i]!;
      let to = known.get(from);
      if (to === undefined) known.set(from, (to = target(from)));
      out.add(nodes.stepBounds[i]!, to);
    }
  }

  /**
   * Joins the step functions of several nodes, segment by segment.
   * @param absorbing a target that makes any join itself
   */
  #sweep(
    items: readonly Language[],
    out: StepBuilder,
    join: (targets: Language[]) => Language,
    absorbing: Language = NO_TARGET,
  ): void {
    const { nodes } = this.algebra;
    const count = items.length;
    const position: number[] = [];
    const end: number[] = [];
    const targets: Language[] = [];
    for (let i = 0; i < count; i++) {
      const start = nodes.stepStart[items[i]!]!;
      position.push(start);
      end.push(start + nodes.stepCount[items[i]!]!);
      targets.push(0);
    }
    const known = new Map<number, Joined>();
    for (let bound = 0; bound < CODE_POINT_END; ) {
      nodes.spend(count);
      let hash = 0;
      let next = CODE_POINT_END;
      let isAbsorbed = false;
      // Joining can move the arrays.
      const { stepBounds, stepTargets } = nodes;
      for (let i = 0; i < count; i++) {
        let at = position[i]!;
        if (at + 1 < end[i]! && stepBounds[at + 1] === bound) position[i] = ++at;
        const target = stepTargets[at]!;
        if (target === absorbing) isAbsorbed = true;
        targets[i] = target;
        hash = (Math.imul(hash, 31) + target) | 0;
        if (at + 1 < end[i]! && stepBounds[at + 1]! < next) next = stepBounds[at + 1]!;
      }
      if (isAbsorbed) out.add(bound, absorbing);
      else {
        const first = known.get(hash);
        let joined = first;
        while (joined !== undefined && !sameList(joined.targets, targets)) joined = joined.other;
        if (joined === undefined) {
          const list = targets.slice();
          joined = { targets: list, joined: join(list), other: first };
          known.set(hash, joined);
        }
        out.add(bound, joined.joined);
      }
      bound = next;
    }
  }

  /** The union of many step functions: only the operands whose target changes at a bound are looked at there. */
  #sweepMany(items: readonly Language[], out: StepBuilder): void {
    const { algebra } = this;
    const { nodes, empty } = algebra;
    const events: { bound: number; item: number; target: Language }[] = [];
    items.forEach((item, index) => {
      const start = nodes.stepStart[item]!;
      for (let i = start; i < start + nodes.stepCount[item]!; i++) {
        events.push({ bound: nodes.stepBounds[i]!, item: index, target: nodes.stepTargets[i]! });
      }
    });
    events.sort((x, y) => x.bound - y.bound);
    const active = new Map<number, Language>();
    for (let i = 0; i < events.length; ) {
      const { bound } = events[i]!;
      for (; i < events.length && events[i]!.bound === bound; i++) {
        const { item, target } = events[i]!;
        if (target === empty) active.delete(item);
        else active.set(item, target);
      }
      nodes.spend(active.size);
      out.add(bound, algebra.union([...active.values()]));
    }
  }
}
