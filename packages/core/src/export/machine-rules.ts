import { type Expression, isEmptyText, type Machine } from "./expression.js";

/** A rule for a state of a machine: what it reads, and then the next state's rule. */
export interface MachineRule {
  readonly state: number;
  /** In the notation that GBNF, EBNF and Lark share. */
  readonly alternatives: string;
}

/**
 * The states of a machine as rules. States that nothing follows have none, but for the first one: they end where they are
 * reached.
 *
 * @param nameOf the name of a state's rule
 * @param write an expression in the notation at hand
 */
export function* machineRules(
  { states }: Machine,
  nameOf: (state: number) => string,
  write: (label: Expression) => string,
): Generator<MachineRule> {
  for (const [state, { edges, accepts }] of states.entries()) {
    const parts = edges.map(({ label, to }) => {
      const read = isEmptyText(label) ? "" : write(label);
      const isLast = states[to]?.edges.length === 0;
      return isLast ? read || '""' : `${read} ${nameOf(to)}`.trim();
    });
    if (accepts) parts.push('""');
    if (state === 0 || edges.length > 0) yield { state, alternatives: parts.join(" | ") || '""' };
  }
}
