import type { ExtraProperties } from "../automaton/extra-properties.js";
import type { Layout } from "../automaton/layout.js";
import type { LeadIn } from "../automaton/lead-in.js";
import type { PropertyOrder } from "../automaton/property-order.js";
import type { SchemaLimits } from "../json-schema/limits.js";

/** How a JSON Schema is read, and how outputs are written. */
export interface JsonSchemaOptions extends Layout {
  /** Order of an object's properties: as the schema mentions them (default), or any. */
  readonly order?: PropertyOrder;
  /**
   * Properties of which the schema says nothing, in objects of which it mentions some: at `any` time (default), or only
   * where they are `needed` because the object could not end without one. Needed ones suit generation: a model that may
   * go on with properties of its own often does. A keyword whose schema allows everything
   * (`additionalProperties: true`) says nothing.
   */
  readonly extraProperties?: ExtraProperties;
  /** Other documents that references may lead to, by their absolute URIs. Nothing is fetched. */
  readonly schemas?: Readonly<Record<string, unknown>>;
  /** Whether `format` is enforced ("assert", the default) or says nothing ("annotate"). */
  readonly formats?: "assert" | "annotate";
  /**
   * Which escapes strings may have: `any` that JSON has (default), or only the `minimal` ones that `JSON.stringify`
   * writes. Minimal ones suit generation: a model that may write `\\u0061` for `a` sometimes does.
   */
  readonly escapes?: "any" | "minimal";
  /**
   * How numbers may be spelled: `any` way that JSON has (default), or where the schema allows it only the `plain` one:
   * no exponent, at most 16 digits before and behind the point, integers without a fraction. Plain numbers suit
   * generation: a small model does not always know when to stop writing digits.
   */
  readonly numbers?: "any" | "plain";
  /**
   * Keywords that cannot be enforced, and references to documents that are not at hand, are passed over, each with a line
   * in `report.warnings`, instead of an UnsupportedSchemaError: an output may then be invalid. Default: false.
   */
  readonly lenient?: boolean;
  /**
   * What may come before the JSON value, which then need not begin the output: a code fence, reasoning, or any text. It is
   * no part of the value (see `OutputParts`). Default: nothing.
   */
  readonly leadIn?: LeadIn;
  /** Bounds on what the schema may cost; missing ones have defaults. */
  readonly limits?: Partial<SchemaLimits>;
}
