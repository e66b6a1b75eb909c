/** Why no value matches a schema: looked for when there is an error to raise, and not before. */
import { type JsonNode, JsonNumber, JsonObject, jsonPointer } from "../json/index.js";
import { LanguageLimitError } from "../language/index.js";
import { itemLayout } from "./array-keywords.js";
import { InvalidSchemaError, SchemaLimitError, UnsatisfiableSchemaError } from "./errors.js";
import type { Formula } from "./formula.js";
import { count, type Found } from "./keyword-context.js";
import { type Position, placeOf, type SchemaNode } from "./position.js";
import type { Satisfiability } from "./satisfiability.js";
import type { SchemaFormulas } from "./schema-formulas.js";

/** At most so many keywords are weighed against each other, so many questions asked, and so many given up. */
const MAX_PIECES = 200;
const MAX_QUESTIONS = 150;
const MAX_UNDECIDED = 3;
/** And so many steps taken by the questions together. */
const MAX_STEPS = 250;

/** Keywords that say what another one means. */
const CONTEXT: ReadonlyMap<string, readonly string[]> = new Map([
  ["additionalProperties", ["properties", "patternProperties"]],
  ["items", ["prefixItems"]],
  ["additionalItems", ["items"]],
  ["then", ["if"]],
  ["else", ["if"]],
  ["contains", ["minContains"]],
  ["maxContains", ["contains", "minContains"]],
  ["exclusiveMinimum", ["minimum"]],
  ["exclusiveMaximum", ["maximum"]],
]);

/** A keyword, and what it says. */
interface Piece {
  readonly position: Position;
  /** Below the position. */
  readonly path: readonly string[];
  readonly formula: Formula;
}

/**
 * The error for a schema that no value matches: its pointer is that of the smallest sub-schema that every value would
 * have to match, or to contain, and none does; `conflict` are the keywords of it that exclude each other.
 *
 * @param satisfiability tells whether some value matches a formula
 */
export function unsatisfiable(
  root: SchemaNode,
  formulas: SchemaFormulas,
  satisfiability: Pick<Satisfiability, "value" | "stepsTaken">,
): UnsatisfiableSchemaError | InvalidSchemaError {
  const before = satisfiability.stepsTaken;
  let questions = 0;
  let undecided = 0;
  /** What cannot be decided is not to blame. */
  const isTooMuch = () =>
    satisfiability.stepsTaken - before > MAX_STEPS || questions >= MAX_QUESTIONS || undecided > MAX_UNDECIDED;
  const isEmpty = (parts: readonly Formula[]): boolean => {
    if (isTooMuch()) return false;
    questions++;
    try {
      return !satisfiability.value(formulas.store.and(parts));
    } catch (error) {
      if (!(error instanceof SchemaLimitError || error instanceof LanguageLimitError)) throw error;
      undecided++;
      return false;
    }
  };
  const seen = new Set<SchemaNode>();
  let at = root;
  for (let next: SchemaNode | undefined = root; next !== undefined; ) {
    at = next;
    seen.add(at);
    if (formulas.isCircular(at)) {
      const reason =
        "the schema refers to itself without a property or an item in between, so it never says anything";
      return new InvalidSchemaError({ ...placeOf(at.position), reason });
    }
    next = needed(at, formulas).find((child) => !seen.has(child) && isEmpty([formulas.reference(child)]));
  }
  const own = at.position.resource.document;
  const conflict = smallestConflict(conjuncts(at, formulas), isEmpty, isTooMuch).map(({ position, path }) => {
    const pointer = position.pointer + jsonPointer(...path);
    const { document } = position.resource;
    return document === own ? pointer : `${document.uri ?? ""}#${pointer}`;
  });
  return new UnsatisfiableSchemaError({
    ...placeOf(at.position),
    conflict,
    reason: `no value matches the schema${explain(conflict)}`,
  });
}

function explain(conflict: readonly string[]): string {
  const names = conflict.map((pointer) => `"${pointer}"`);
  const last = names.pop();
  if (last === undefined) return "";
  return names.length === 0
    ? `: ${last} cannot hold`
    : `: ${names.join(", ")} and ${last} exclude each other`;
}

/** Sub-schemas that every value that matches a schema matches, too, or has in it. */
function needed(node: SchemaNode, { schemas }: SchemaFormulas): SchemaNode[] {
  const found = node.position;
  const result: SchemaNode[] = [];
  for (const { keyword, value } of found.members) {
    const { name } = keyword;
    if (keyword.isReference) result.push(schemas.target(node, name));
    else if (name === "allOf") result.push(...schemas.children(node, name));
    else if ((name === "anyOf" || name === "oneOf") && (value as readonly JsonNode[]).length === 1) {
      result.push(schemas.child(node, name, 0));
    }
  }
  const type = found.get("type");
  if (type === "object") {
    const properties = found.get("properties");
    for (const name of (found.get("required") ?? []) as readonly string[]) {
      if (properties instanceof JsonObject && properties.has(name)) {
        result.push(schemas.child(node, "properties", name));
      }
    }
  }
  if (type === "array") {
    const { prefix, prefixLength, rest } = itemLayout(found);
    const least = found.get("minItems");
    const length = least === undefined ? 0 : count(least);
    for (let i = 0; i < Math.min(prefixLength, length); i++) result.push(schemas.child(node, prefix, i));
    if (rest !== undefined && length > prefixLength) result.push(schemas.child(node, rest));
    const minContains = found.get("minContains");
    if (found.has("contains") && (minContains === undefined || count(minContains) > 0)) {
      result.push(schemas.child(node, "contains"));
    }
  }
  return result;
}

/** The keywords of a schema, and of those that it includes by references and `allOf`; together they are the schema. */
function conjuncts(root: SchemaNode, formulas: SchemaFormulas): Piece[] {
  const { schemas } = formulas;
  const pieces: Piece[] = [];
  const seen = new Set<SchemaNode>();
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const found = node.position;
    const included: SchemaNode[] = [];
    for (const { keyword } of found.members) {
      const { name } = keyword;
      if (keyword.role !== "enforced") continue;
      if (keyword.isReference) included.push(schemas.target(node, name));
      else if (name === "allOf") included.push(...schemas.children(node, name));
      else if (name !== "minContains") pieces.push(...keywordPieces(node, name, found, formulas));
    }
    if (pieces.length > MAX_PIECES) return [];
    pending.push(...included.reverse());
  }
  return pieces;
}

function keywordPieces(node: SchemaNode, name: string, found: Found, formulas: SchemaFormulas): Piece[] {
  const { position } = node;
  const value = found.get(name) as JsonNode;
  if (name === "properties") {
    return [...(value as JsonObject)].map(([key, schema]) => {
      const one = new Map([[name, new JsonObject([[key, schema]])]]);
      return { position, path: [name, key], formula: formulas.keywordsFormula(node, one) };
    });
  }
  const some = new Map([[name, value]]);
  // Draft-04: a boolean that says how the other bound is meant. Later: a bound of its own.
  const isBound = name.startsWith("exclusive") && value instanceof JsonNumber;
  for (const other of isBound ? [] : (CONTEXT.get(name) ?? [])) {
    const meaning = found.get(other);
    if (meaning !== undefined) some.set(other, meaning);
  }
  return [{ position, path: [name], formula: formulas.keywordsFormula(node, some) }];
}

/** The fewest pieces that exclude each other, found one by one from the end (as QuickXplain does, Junker 2004). */
function smallestConflict(
  pieces: readonly Piece[],
  isEmpty: (parts: readonly Formula[]) => boolean,
  isTooMuch: () => boolean,
): readonly Piece[] {
  const formulasOf = (some: readonly Piece[]) => some.map(({ formula }) => formula);
  if (!isEmpty(formulasOf(pieces))) return [];
  const conflict: Piece[] = [];
  let rest = pieces;
  while (rest.length > 0 && !(conflict.length > 0 && isEmpty(formulasOf(conflict)))) {
    // The least number of pieces from the start that exclude each other, with those found already.
    let low = 0;
    let high = rest.length;
    // Those that were not weighed stay: together they do exclude each other.
    if (isTooMuch()) return [...rest, ...conflict];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (isEmpty(formulasOf([...rest.slice(0, middle), ...conflict]))) high = middle;
      else low = middle;
    }
    conflict.unshift(rest[high - 1] as Piece);
    rest = rest.slice(0, high - 1);
  }
  return conflict;
}
