import { isJsonArray, JsonObject } from "../json/index.js";
import type { Language } from "../language/index.js";
import { ALL_TYPES, FALSE, type Formula, type FormulaStore, JsonType, TRUE } from "./formula.js";
import { count, type Found, type KeywordContext } from "./keyword-context.js";
import { KeywordGroup } from "./keywords.js";
import type { Member, Position, SchemaNode } from "./position.js";

/** The formulas of a schema's keywords about objects, but for `unevaluatedProperties`; all of them hold. */
export function objectKeywords(node: SchemaNode, found: Found, context: KeywordContext): Formula[] {
  const { store } = context;
  const hasMore = (node.position.groups & KeywordGroup.MoreObjects) !== 0;
  const parts: Formula[] = [];
  const reference = (name: string) => context.reference(context.schemas.child(node, name));
  const properties = found.get("properties");
  if (properties instanceof JsonObject) {
    const reference = membersOf(node, "properties", properties, context);
    for (let i = 0; i < properties.size; i++)
      parts.push(store.props(store.keySet(properties.keyAt(i)), reference(i)));
  }
  const patterns = hasMore ? found.get("patternProperties") : undefined;
  if (patterns instanceof JsonObject) {
    const reference = membersOf(node, "patternProperties", patterns, context);
    for (let i = 0; i < patterns.size; i++) {
      const language = context.pattern(patterns.keyAt(i), node.position, "patternProperties");
      parts.push(store.props(store.keyLanguage(language), reference(i)));
    }
  }
  if (found.has("additionalProperties")) {
    const value = reference("additionalProperties");
    if (value !== TRUE) {
      const others =
        patterns !== undefined
          ? store.keyLanguage(additionalKeys(node, found, context))
          : store.keysBut(keys(found, "properties"));
      parts.push(store.props(others, value));
    }
  }
  if (hasMore && found.has("propertyNames")) {
    const names = reference("propertyNames");
    // Later: what it says of names may itself have names to say something of.
    const outside = () => store.arena.complement(context.strings(names));
    if (names !== TRUE) parts.push(store.props(store.keysOutside(names, outside), FALSE));
  }
  // Where the type is given, what implies it need not be conditional.
  const given = (formulas: readonly Formula[]) =>
    found.get("type") === "object" ? formulas : [ifObject(store, store.and(formulas))];
  const required = found.get("required") as readonly string[] | undefined;
  if (required !== undefined) parts.push(...given(required.map((key) => store.required(key))));
  if (!hasMore) return parts;
  const least = found.get("minProperties");
  if (least !== undefined) parts.push(...given([store.propCount(count(least))]));
  const most = found.get("maxProperties");
  if (most !== undefined) parts.push(...given([store.propCount(count(most) + 1) ^ 1]));
  parts.push(...dependencies(node, found, context));
  return parts;
}

/**
 * The formulas of the schemas that are the members of a keyword's value.
 * @param some the value, or a part of its members, by whose places the formulas are asked for
 */
function membersOf(
  { position, scope }: SchemaNode,
  name: string,
  some: JsonObject,
  context: KeywordContext,
): (index: number) => Formula {
  const { children, value } = position.member(name) as Member;
  return (index) => {
    const at = value === some ? index : (value as JsonObject).indexOf(some.keyAt(index));
    return context.reference(context.schemas.below(scope, children[at] as Position));
  };
}

/** The keys that `additionalProperties` of a schema applies to. */
export function additionalKeys(node: SchemaNode, found: Found, context: KeywordContext): Language {
  const { arena } = context.store;
  const patterns = keys(found, "patternProperties").map((source) =>
    context.pattern(source, node.position, "patternProperties"),
  );
  return arena.difference(arena.any, arena.union([arena.choice(keys(found, "properties")), ...patterns]));
}

/** The keys of a keyword's object. */
export function keys(found: Found, keyword: string): string[] {
  const value = found.get(keyword);
  return value instanceof JsonObject ? [...value.keys()] : [];
}

/** "If there is the property `key`": false only for objects that have it. */
export function lacks(store: FormulaStore, key: string): Formula {
  return store.props(store.keySet(key), FALSE);
}

function dependencies(node: SchemaNode, found: Found, context: KeywordContext): Formula[] {
  const { store, schemas } = context;
  const parts: Formula[] = [];
  for (const keyword of ["dependentRequired", "dependentSchemas", "dependencies"]) {
    const value = found.get(keyword);
    if (!(value instanceof JsonObject)) continue;
    for (const [key, dependency] of value) {
      const then = isJsonArray(dependency)
        ? store.and((dependency as readonly string[]).map((name) => store.required(name)))
        : context.applied(node, schemas.child(node, keyword, key));
      parts.push(store.or([lacks(store, key), then]));
    }
  }
  return parts;
}

/** A negated atom implies its type; this holds of other types as well. */
function ifObject(store: FormulaStore, formula: Formula): Formula {
  return formula === TRUE ? TRUE : store.or([store.type(ALL_TYPES & ~JsonType.Object), formula]);
}
