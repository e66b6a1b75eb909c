/** A number in [0, 1). */
type Random = () => number;

const NAMES = ["id", "name", "label", "kind", "count", "items", "parent", "created", "active", "score"];
const PATTERNS = ["^[a-z]+$", "^[A-Z]{2}-[0-9]{1,6}$", "^(a|b|c)*d$", "^.{3,12}$", "[0-9]"];
const FORMATS = ["date", "date-time", "uuid", "ipv4", "email"];

/**
 * A schema as programs have them: objects, arrays and texts, with bounds, patterns, choices and recursion, some value of
 * which is always valid. The same numbers give the same schema.
 */
export function randomSchema(random: Random): object {
  const definitions = { node: object(random, 2), leaf: scalar(random) };
  return { ...object(random, 3), $defs: definitions };
}

function object(random: Random, depth: number): object {
  const names = NAMES.filter(() => random() < 0.4);
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, value(random, depth - 1)])),
    required: names.filter(() => random() < 0.5),
    ...(random() < 0.6 && { additionalProperties: false }),
  };
}

function value(random: Random, depth: number): object {
  const which = random();
  if (depth > 0 && which < 0.2) return object(random, depth);
  if (depth > 0 && which < 0.35) return array(random, depth);
  if (which < 0.42) return { anyOf: [{ type: "null" }, scalar(random)] };
  // Optional, so that the recursion can end.
  if (which < 0.47) return { anyOf: [{ type: "null" }, { $ref: "#/$defs/node" }] };
  return which < 0.52 ? { $ref: "#/$defs/leaf" } : scalar(random);
}

function array(random: Random, depth: number): object {
  const minItems = whole(random, 3);
  return {
    type: "array",
    items: value(random, depth - 1),
    ...(random() < 0.5 && { minItems }),
    ...(random() < 0.5 && { maxItems: minItems + 1 + whole(random, 5) }),
  };
}

function scalar(random: Random): object {
  const minimum = whole(random, 100);
  const kinds: (() => object)[] = [
    () => ({ type: "string" }),
    () => ({ type: "string", minLength: whole(random, 5), maxLength: 5 + whole(random, 60) }),
    () => ({ type: "string", pattern: PATTERNS[whole(random, PATTERNS.length)] }),
    () => ({ type: "string", format: FORMATS[whole(random, FORMATS.length)] }),
    () => ({
      enum: Array.from({ length: 2 + whole(random, 12) }, (_, i) => `choice ${i * whole(random, 90)}`),
    }),
    () => ({ type: "integer", minimum, maximum: minimum + whole(random, 10_000) }),
    () => ({ type: "number", minimum: -minimum, exclusiveMaximum: minimum + 1 }),
    () => ({ type: "boolean" }),
  ];
  return kinds[whole(random, kinds.length)]!();
}

/** From 0 to `below - 1`. */
function whole(random: Random, below: number): number {
  return Math.floor(random() * below);
}
