import { SchemaLimitError } from "../json-schema/errors.js";
import {
  choice,
  EMPTY,
  type Expression,
  isEmptyText,
  type Machine,
  type MachineState,
  NOTHING,
  repeat,
  sequence,
  UNBOUNDED,
} from "./expression.js";

/** Machines of schemas and languages grow no larger; expressions that are made of machines have as many nodes at most. */
export const MAX_STATES = 20_000;
const MAX_NODES = 400_000;
/** A regular expression of a machine with more states is of no use to anybody. */
const MAX_ELIMINATED = 2_000;
/** States looked at to find those that behave alike. */
const MAX_WORK = 1_000_000;

/** @throws SchemaLimitError: a part of the schema is too large to be exported */
export function tooLarge(limit: string, value: number): never {
  const reason = `the export needs more than ${value} ${limit}; export a smaller part, or a wider schema`;
  throw new SchemaLimitError({ pointer: "", limit: `export ${limit}`, value, reason });
}

/** A state that is being built: its edges, and whether a text may end in it. */
export interface Draft {
  readonly edges: { readonly label: Expression; readonly to: number }[];
  accepts: boolean;
}

/**
 * Explores states by their keys from the first one on, and leaves out those from which no text ends.
 *
 * @param open gives the edges of a state; `stateOf` numbers the states that they lead to
 */
export function explore<S>(
  first: S,
  keyOf: (state: S) => string,
  open: (state: S, stateOf: (state: S) => number) => Draft,
): Machine {
  const numbers = new Map<string, number>();
  const waiting: S[] = [];
  const stateOf = (state: S): number => {
    const key = keyOf(state);
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size;
      if (number >= MAX_STATES) tooLarge("states", MAX_STATES);
      numbers.set(key, number);
      waiting.push(state);
    }
    return number;
  };
  stateOf(first);
  const drafts: Draft[] = [];
  for (let i = 0; i < waiting.length; i++) drafts.push(open(waiting[i] as S, stateOf));
  return pruned(drafts);
}

/** Without the states that lead to no end; the start stays. */
function pruned(drafts: readonly Draft[]): Machine {
  const sources: number[][] = drafts.map(() => []);
  for (const [from, { edges }] of drafts.entries()) for (const { to } of edges) sources[to]?.push(from);
  const live = new Set<number>();
  const waiting = drafts.flatMap(({ accepts }, i) => (accepts ? [i] : []));
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    if (live.has(state)) continue;
    live.add(state);
    waiting.push(...(sources[state] ?? []));
  }
  const kept = drafts.flatMap((_, i) => (i === 0 || live.has(i) ? [i] : []));
  const renamed = new Map(kept.map((old, i) => [old, i]));
  const states: MachineState[] = kept.map((old) => {
    const { edges, accepts } = drafts[old] as Draft;
    const lasting = edges.filter(({ to }) => live.has(to));
    return { accepts, edges: lasting.map(({ label, to }) => ({ label, to: renamed.get(to) as number })) };
  });
  return { states };
}

/**
 * The least machine with the same texts, for a deterministic one that reads characters: states that behave alike are one
 * (Moore 1956). The work is bounded; past that the states found alike so far are not trusted, and the machine stays.
 */
export function minimised(machine: Machine): Machine {
  const { states } = machine;
  let classes: number[] = states.map(({ accepts }) => Number(accepts));
  let count = new Set(classes).size;
  for (let work = 0; ; work += states.length) {
    if (work > MAX_WORK) return machine;
    const numbers = new Map<string, number>();
    classes = states.map((state, i) => {
      const edges = merged(state, classes).map(({ label, to }) => `${to} ${JSON.stringify(label)}`);
      const signature = `${classes[i]} ${edges.sort().join()}`;
      const known = numbers.get(signature) ?? numbers.size;
      numbers.set(signature, known);
      return known;
    });
    if (numbers.size === count) break;
    count = numbers.size;
  }
  // Classes are numbered in the order of their first states: the start's is 0.
  const kept: MachineState[] = [];
  for (const [i, state] of states.entries()) {
    if (classes[i] === kept.length) kept.push({ accepts: state.accepts, edges: merged(state, classes) });
  }
  return { states: kept };
}

/** A state's edges, those that lead to the same class as one. */
function merged({ edges }: MachineState, classes: readonly number[]): MachineState["edges"] {
  const labels = new Map<number, Expression[]>();
  for (const { label, to } of edges) {
    const target = classes[to] as number;
    labels.set(target, [...(labels.get(target) ?? []), label]);
  }
  return [...labels].map(([to, each]) => ({ to, label: choice(...each) }));
}

/**
 * The expression of a machine's texts, by elimination of its states (Brzozowski and McCluskey 1963), those with the
 * fewest edges first.
 */
export function expressionOf({ states }: Machine): Expression {
  if (states.length > MAX_ELIMINATED) tooLarge("states of one regular expression", MAX_ELIMINATED);
  const end = states.length;
  const out: Map<number, Expression>[] = states.map(() => new Map());
  const into: Set<number>[] = Array.from({ length: end + 1 }, () => new Set());
  const connect = (from: number, label: Expression, to: number) => {
    const edges = out[from] as Map<number, Expression>;
    const known = edges.get(to);
    edges.set(to, known === undefined ? label : either(known, label));
    into[to]?.add(from);
  };
  for (const [from, { edges, accepts }] of states.entries()) {
    for (const { label, to } of edges) connect(from, label, to);
    if (accepts) connect(from, EMPTY, end);
  }
  const left = new Set(states.keys());
  left.delete(0);
  while (left.size > 0) {
    let [best, cost] = [-1, Number.POSITIVE_INFINITY];
    for (const state of left) {
      const product = (into[state] as Set<number>).size * (out[state] as Map<number, Expression>).size;
      if (product < cost) [best, cost] = [state, product];
    }
    left.delete(best);
    const edges = out[best] as Map<number, Expression>;
    const loop = edges.get(best);
    edges.delete(best);
    const again = loop === undefined ? EMPTY : repeat(loop, 0, UNBOUNDED);
    for (const from of into[best] as Set<number>) {
      if (from === best) continue;
      const label = (out[from] as Map<number, Expression>).get(best) as Expression;
      out[from]?.delete(best);
      for (const [to, next] of edges) connect(from, bounded(sequence(label, again, next)), to);
    }
    for (const to of edges.keys()) into[to]?.delete(best);
  }
  const start = out[0] as Map<number, Expression>;
  const loop = start.get(0);
  const last = start.get(end) ?? NOTHING;
  return bounded(loop === undefined ? last : sequence(repeat(loop, 0, UNBOUNDED), last));
}

/** A choice; `x?` where one of the two is the empty text. */
function either(a: Expression, b: Expression): Expression {
  if (isEmptyText(a)) return repeat(b, 0, 1);
  return isEmptyText(b) ? repeat(a, 0, 1) : choice(a, b);
}

const sizes = new WeakMap<Expression, number>();

/** Nodes of an expression, written out. */
export function sizeOf(expression: Expression): number {
  let size = sizes.get(expression);
  if (size === undefined) {
    const { kind } = expression;
    const items =
      kind === "sequence" || kind === "choice"
        ? expression.items
        : kind === "repeat" || kind === "lexeme"
          ? [expression.item]
          : [];
    size = items.reduce((sum, item) => sum + sizeOf(item), 1);
    sizes.set(expression, size);
  }
  return size;
}

function bounded(expression: Expression): Expression {
  if (sizeOf(expression) > MAX_NODES) tooLarge("nodes of a regular expression", MAX_NODES);
  return expression;
}
