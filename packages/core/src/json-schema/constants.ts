import { canonicalJson, isJsonArray, type JsonNode, JsonNumber, JsonObject } from "../json/index.js";
import {
  choiceSet,
  isWellFormed,
  type Language,
  type LanguageArena,
  LazyMap,
  normalisedNumber,
  numberChoice,
  numberFits,
  numberRange,
} from "../language/index.js";
import { SchemaLimitError } from "./errors.js";
import { FALSE, type Formula, type FormulaStore, JsonType, type ValueRange } from "./formula.js";

/**
 * Formulas of `const` and `enum`. Strings and numbers become one language each; an array or object is a node of its own
 * number, expanded when an output reaches it.
 */
export class Constants {
  private readonly store: FormulaStore;
  private readonly reserveId: () => number;
  private readonly values = new LazyMap<number, Composite>();
  private readonly ids = new LazyMap<string, number>();
  /** Long lists of objects. */
  private readonly lists: (readonly JsonObject[])[] = [];
  private readonly maxAlternatives: number;
  private readonly listsStandAlone: () => boolean;

  /**
   * @param maxAlternatives a value is read against so many constants side by side
   * @param listsStandAlone whether nothing else is asked of what is one of more constants
   */
  constructor(
    store: FormulaStore,
    reserveId: () => number,
    maxAlternatives: number,
    listsStandAlone: () => boolean,
  ) {
    this.maxAlternatives = maxAlternatives;
    this.listsStandAlone = listsStandAlone;
    this.store = store;
    this.reserveId = reserveId;
  }

  /**
   * The value equals one of these, by JSON Schema's equality. A number beyond the limits, which only an output can have
   * (an item that others must differ from), stands for all very long ones: more is then excluded than must be.
   *
   * @throws SchemaLimitError where every array begins with one of more than `maxAlternatives` values, or every object does
   *   and more than that is asked of it
   */
  formula(values: readonly JsonNode[]): Formula {
    const { store } = this;
    const { strings, numbers, composites, types } = byKind(values);
    let mask = types;
    const primitives: Formula[] = [];
    if (strings.length > 0) {
      mask |= JsonType.String;
      primitives.push(store.str(store.arena.choice(strings)));
    }
    if (numbers.length > 0) {
      mask |= JsonType.Number;
      primitives.push(store.num(this.numbers(numbers)));
    }
    const parts = composites.length > 0 ? this.composites(composites) : [];
    return store.or([store.and([store.type(mask), ...primitives]), ...parts]);
  }

  /** The values that equal one of these, as a range. @throws LanguageLimitError where a number is beyond the limits */
  range(values: readonly JsonNode[]): ValueRange {
    const { strings, numbers, composites, types } = byKind(values);
    return {
      types,
      texts: strings,
      numbers: numbers.length > 0 ? choiceSet(numbers, this.store.arena.nodes.limits) : undefined,
      constants: composites.map((value) => this.reference(value)),
    };
  }

  private numbers(texts: readonly string[]): Language {
    const { arena } = this.store;
    const short = texts.filter((text) => numberFits(text, arena.nodes.limits));
    const chosen = numberChoice(arena, short);
    return short.length < texts.length ? arena.union([chosen, longNumbers(arena)]) : chosen;
  }

  /** Some arrays and objects, one of which the value is to equal. */
  private composites(values: readonly Composite[]): Formula[] {
    if (values.length <= this.maxAlternatives || this.beginAlike(values))
      return values.map((value) => this.reference(value));
    const objects: JsonObject[] = [];
    const arrays: Formula[] = [];
    for (const value of values) {
      if (value instanceof JsonObject) objects.push(value);
      else arrays.push(this.reference(value));
    }
    return [...arrays, this.list(objects)];
  }

  /**
   * Whether the objects begin with few values, so that formulas can tell them apart.
   * @throws SchemaLimitError where the arrays do not, or the objects and more is asked of them: what any output would come
   *   to soon is an error at once
   */
  private beginAlike(values: readonly Composite[]): boolean {
    const { maxAlternatives: value } = this;
    const objects: JsonObject[] = [];
    const items: (JsonNode | undefined)[] = [];
    const names = new Set<string>();
    for (const json of values) {
      if (json instanceof JsonObject) {
        objects.push(json);
        for (let i = 0; i < json.size; i++) names.add(json.keyAt(i));
      } else items.push(json[0]);
    }
    const beginWithMore = (count: number) =>
      [...names].every((name) => hasMore(objects, (object) => object.get(name), count));
    // Objects of one property become one object, whose property has any of the values.
    if (!hasMore(items, (item) => item, value)) {
      // A value is read against unions of what the objects have, too, so half of what may be is many.
      if (names.size < 2 || !beginWithMore(Math.floor(value / 2))) return true;
      if (this.listsStandAlone()) return false;
      if (!beginWithMore(value)) return true;
    }
    const reason = `a value would have to be read against more than ${value} constants at once; write a schema of what they have in common, or raise limits.maxAlternatives`;
    throw new SchemaLimitError({ pointer: "", limit: "maxAlternatives", value, reason });
  }

  /** One of many objects. */
  private list(values: readonly JsonObject[]): Formula {
    const { store, lists } = this;
    const objects = values.filter(canBeWritten);
    if (objects.length === 0) return FALSE;
    const number = lists.push(objects) - 1;
    return store.and([store.type(JsonType.Object), store.listed(number, this.maxAlternatives)]);
  }

  /** The objects of a list; some may be equal. */
  listed(number: number): readonly JsonObject[] {
    return this.lists[number] as readonly JsonObject[];
  }

  /** The formula of a numbered constant; undefined: the number is not a constant's. */
  expand(id: number): Formula | undefined {
    const value = this.values.get(id);
    if (value === undefined) return undefined;
    const { store } = this;
    if (value instanceof JsonObject) {
      const others = store.keysBut([...value.keys()]);
      const parts = [store.type(JsonType.Object), store.props(others, FALSE)];
      for (const [key, json] of value) {
        parts.push(store.required(key), store.props(store.keySet(key), this.formula([json])));
      }
      return store.and(parts);
    }
    return store.and([
      store.type(JsonType.Array),
      store.minItems(value.length),
      store.maxItems(value.length),
      ...value.map((json, i) => store.items(i, i + 1, this.formula([json]))),
    ]);
  }

  /** The type of a numbered constant. */
  typeOf(id: number): number | undefined {
    const value = this.values.get(id);
    if (value === undefined) return undefined;
    return value instanceof JsonObject ? JsonType.Object : JsonType.Array;
  }

  /** The keys of a numbered constant. */
  names(id: number): string[] | undefined {
    const value = this.values.get(id);
    if (value === undefined) return undefined;
    return value instanceof JsonObject ? [...value.keys()] : [];
  }

  private reference(value: Composite): Formula {
    const key = canonicalJson(value);
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.reserveId();
      this.ids.set(key, id);
      this.values.set(id, value);
    }
    return this.store.schema(id);
  }
}

type Composite = readonly JsonNode[] | JsonObject;

interface Kinds {
  readonly strings: string[];
  /** As they are written. */
  readonly numbers: string[];
  readonly composites: Composite[];
  /** Those of null, true and false that are among them. */
  types: number;
}

function byKind(values: readonly JsonNode[]): Kinds {
  const kinds: Kinds = { strings: [], numbers: [], composites: [], types: 0 };
  for (const value of values) {
    if (typeof value === "string") kinds.strings.push(value);
    else if (value instanceof JsonNumber) kinds.numbers.push(value.text);
    else if (value === null) kinds.types |= JsonType.Null;
    else if (typeof value === "boolean") kinds.types |= value ? JsonType.True : JsonType.False;
    else kinds.composites.push(value);
  }
  return kinds;
}

/** Whether there are more than so many different values. */
function hasMore<T>(list: readonly T[], read: (one: T) => JsonNode | undefined, count: number): boolean {
  const seen = new Set<string | undefined>();
  for (const one of list) {
    const value = read(one);
    seen.add(value === undefined ? undefined : canonicalJson(value));
    if (seen.size > count) return true;
  }
  return false;
}

/** Numbers that need more than 100 digits before or behind the point. */
function longNumbers(arena: LanguageArena): Language {
  const short = { min: "-1e100", max: "1e100", exclusiveMin: true, exclusiveMax: true, multipleOf: "1e-100" };
  return arena.difference(normalisedNumber(arena), numberRange(arena, short));
}

/** Whether no text in an array or object has what UTF-8 cannot write. */
export function canBeWritten(root: JsonNode): boolean {
  const pending = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "string") {
      if (!isWellFormed(next)) return false;
    } else if (next instanceof JsonObject) {
      for (let i = 0; i < next.size; i++) pending.push(next.keyAt(i), next.valueAt(i));
    } else if (isJsonArray(next)) {
      for (const item of next) pending.push(item);
    }
  }
  return true;
}
