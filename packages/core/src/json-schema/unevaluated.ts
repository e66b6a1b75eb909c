/**
 * `unevaluatedProperties` and `unevaluatedItems`, which depend on what the other keywords of a schema, and its in-place
 * sub-schemas as far as they hold, have looked at (JSON Schema core 2020-12, section 11).
 *
 * For each region of keys (or indices) with the same evaluators: all of its values are in the schema, or one of the
 * sub-schemas that evaluate it holds, with all of its in-place ancestors.
 */
import { isJsonArray, type JsonNode, type JsonObject } from "../json/index.js";
import type { Language } from "../language/index.js";
import { itemLayout } from "./array-keywords.js";
import { Dialect } from "./dialect.js";
import { UnsupportedSchemaError } from "./errors.js";
import { FALSE, type Formula, TRUE, UNBOUNDED } from "./formula.js";
import type { Found, KeywordContext } from "./keyword-context.js";
import { REFERENCES } from "./keywords.js";
import { additionalKeys, keys, lacks } from "./object-keywords.js";
import { placeOf, type SchemaNode } from "./position.js";
import { Vocabulary } from "./vocabularies.js";

/** More regions or combinations than that are refused. */
const MAX_PARTS = 4096;

/** An in-place sub-schema whose keywords evaluate something if `condition` holds. */
interface Evaluator {
  readonly node: SchemaNode;
  readonly found: Found;
  readonly condition: Formula;
}

/** The schema itself (without its own unevaluated keywords) and its in-place sub-schemas. `path`: those around it. */
function* evaluators(
  node: SchemaNode,
  condition: Formula,
  path: readonly SchemaNode[],
  context: KeywordContext,
): Generator<Evaluator> {
  if (condition === FALSE || typeof node.json === "boolean") return;
  // Inside itself a schema evaluates nothing that it does not evaluate already.
  if (path.includes(node)) return;
  const isSelf = path.length === 0;
  const { schemas, store } = context;
  const found = isSelf ? withoutUnevaluated(node) : node.position;
  yield { node, found, condition };
  const inside = function* (child: SchemaNode, ...further: Formula[]): Generator<Evaluator> {
    const holds = store.and([condition, context.reference(child), ...further]);
    yield* evaluators(child, holds, [...path, node], context);
  };
  const has = (name: string) => found.has(name);
  for (const name of REFERENCES) {
    if (has(name)) yield* inside(schemas.target(node, name));
  }
  for (const name of ["allOf", "anyOf", "oneOf"]) {
    if (has(name)) {
      for (const child of schemas.children(node, name)) yield* inside(child);
    }
  }
  if (has("if")) {
    const test = schemas.child(node, "if");
    const holds = context.reference(test);
    yield* inside(test);
    if (has("then")) yield* inside(schemas.child(node, "then"), holds);
    if (has("else")) yield* inside(schemas.child(node, "else"), holds ^ 1);
  }
  for (const name of ["dependentSchemas", "dependencies"]) {
    for (const key of keys(found, name)) {
      if (isJsonArray((found.get(name) as JsonObject).get(key))) continue;
      yield* inside(schemas.child(node, name, key), lacks(store, key) ^ 1);
    }
  }
}

function withoutUnevaluated({ position }: SchemaNode): Found {
  const found = new Map<string, JsonNode>();
  for (const { keyword, value } of position.members) {
    if (keyword.vocabulary !== Vocabulary.Unevaluated) found.set(keyword.name, value);
  }
  return found;
}

/** The formula of `unevaluatedProperties`. @throws UnsupportedSchemaError where there are too many regions */
export function unevaluatedProperties(node: SchemaNode, context: KeywordContext): Formula {
  const { store } = context;
  const { arena } = store;
  const value = context.reference(context.schemas.child(node, "unevaluatedProperties"));
  if (value === TRUE) return TRUE;
  const covers: { readonly keys: Language; readonly condition: Formula }[] = [];
  const names = new Set<string>();
  for (const evaluator of evaluators(node, TRUE, [], context)) {
    const { found, condition } = evaluator;
    for (const key of keys(found, "properties")) names.add(key);
    covers.push({ keys: arena.choice(keys(found, "properties")), condition });
    for (const source of keys(found, "patternProperties")) {
      covers.push({ keys: context.pattern(source, node.position, "patternProperties"), condition });
    }
    if (found.has("additionalProperties")) {
      covers.push({ keys: additionalKeys(evaluator.node, found, context), condition });
    }
    if (found.has("unevaluatedProperties")) covers.push({ keys: arena.any, condition });
  }
  const parts: Formula[] = [];
  for (const name of names) {
    const conditions = covers.filter((c) => arena.matches(c.keys, name)).map((c) => c.condition);
    parts.push(store.or([store.props(store.keySet(name), value), ...conditions]));
  }
  // Those that have other names, which patterns can have few of.
  const wide = covers.filter((cover) => {
    const few = arena.members(cover.keys, names.size + 1);
    return few === undefined || few.some((name) => !names.has(name));
  });
  const split = (region: Language, at: number, conditions: readonly Formula[]): void => {
    if (arena.isEmpty(region)) return;
    if (parts.length > MAX_PARTS) throw tooMany(node, "unevaluatedProperties");
    const cover = wide[at];
    if (cover === undefined) {
      parts.push(store.or([store.props(store.keyLanguage(region), value), ...conditions]));
      return;
    }
    split(arena.intersection([region, cover.keys]), at + 1, [...conditions, cover.condition]);
    split(arena.difference(region, cover.keys), at + 1, conditions);
  };
  split(arena.difference(arena.any, arena.choice(names)), 0, []);
  return store.and(parts);
}

/** The formula of `unevaluatedItems`. @throws UnsupportedSchemaError where there are too many combinations */
export function unevaluatedItems(node: SchemaNode, context: KeywordContext): Formula {
  const { store, schemas } = context;
  const value = context.reference(schemas.child(node, "unevaluatedItems"));
  if (value === TRUE) return TRUE;
  const ranges: { readonly from: number; readonly to: number; readonly condition: Formula }[] = [];
  const contains: { readonly item: Formula; readonly condition: Formula }[] = [];
  const bounds = new Set([0, UNBOUNDED]);
  for (const { node: at, found, condition } of evaluators(node, TRUE, [], context)) {
    const { prefixLength, rest } = itemLayout(found);
    const all = rest !== undefined || found.has("unevaluatedItems");
    const to = all ? UNBOUNDED : prefixLength;
    if (to > 0) ranges.push({ from: 0, to, condition });
    bounds.add(to);
    // Since 2020-12 an item that `contains` matches is evaluated.
    if (found.has("contains") && at.position.resource.dialect >= Dialect.Draft202012) {
      contains.push({ item: context.reference(schemas.child(at, "contains")), condition });
    }
  }
  if (2 ** contains.length > MAX_PARTS) throw tooMany(node, "unevaluatedItems");
  const sorted = [...bounds].sort((a, b) => a - b);
  const parts: Formula[] = [];
  for (let i = 0; i + 1 < sorted.length; i++) {
    const from = sorted[i] as number;
    const to = sorted[i + 1] as number;
    const conditions = ranges.filter((r) => r.from <= from && to <= r.to).map((r) => r.condition);
    // For every set X of `contains`: one of X holds, or each item is in the value or in one that is not of X.
    for (let x = 0; x < 2 ** contains.length; x++) {
      const inside = contains.filter((_, k) => (x >> k) % 2 === 1);
      const outside = contains.filter((_, k) => (x >> k) % 2 === 0);
      const items = store.items(from, to, store.or([value, ...outside.map((c) => c.item)]));
      parts.push(store.or([items, ...conditions, ...inside.map((c) => c.condition)]));
    }
  }
  return store.and(parts);
}

function tooMany(node: SchemaNode, keyword: string): UnsupportedSchemaError {
  return new UnsupportedSchemaError({
    ...placeOf(node.position),
    keyword,
    reason: `its sub-schemas evaluate more than ${MAX_PARTS} different parts; simplify them`,
  });
}
