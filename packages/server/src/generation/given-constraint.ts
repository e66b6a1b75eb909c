import type { Constraint } from "../engine/constraint.js";

/** A constraint, and the field of the request that it is from. */
export interface GivenConstraint {
  readonly constraint: Constraint;
  readonly param: string;
}
