/**
 * Open objects that are to be one of a long list: which of them they can still be, told by the values that have come. A
 * formula of the list would ask of each value which of thousands it is; here that is looked up when the value is known.
 */
import { addKeys, type JsonNode, type JsonObject, jsonEquals } from "../json/index.js";
import { LazyMap } from "../language/index.js";
import type { NameList, PropertyNames, PropertyOrder, SeenKeys, SeenNames } from "./property-order.js";

/** Objects that an open one can still become, all of which have the properties that have come. */
export type Listed = readonly JsonObject[];

export class ListedObjects {
  private readonly propertyNames: PropertyNames;
  private readonly order: PropertyOrder;
  private readonly nameLists = new LazyMap<Listed, NameList>();

  constructor(propertyNames: PropertyNames, order: PropertyOrder) {
    this.propertyNames = propertyNames;
    this.order = order;
  }

  /** The names of the properties of all of them, as the list mentions them. */
  names(listed: Listed): NameList {
    let list = this.nameLists.get(listed);
    if (list === undefined) {
      const names = new Set<string>();
      for (const object of listed) addKeys(object, names);
      list = this.propertyNames.list([...names]);
      this.nameLists.set(listed, list);
    }
    return list;
  }

  /** Whether one of them has no more properties than have come. */
  hasEnd(listed: Listed, seen: SeenKeys): boolean {
    const { size } = this.propertyNames.seen(seen);
    return listed.some((object) => object.size === size);
  }

  /** The names that can come next. */
  nextNames(listed: Listed, names: NameList, seen: SeenKeys): string[] {
    const used = this.propertyNames.seen(seen);
    const next = new Set<string>();
    if (this.order === "schema") {
      for (const object of listed) {
        const name = firstName(object, names, used);
        if (name !== undefined) next.add(name);
      }
    } else for (const object of listed) addKeys(object, next);
    return [...next].filter((name) => !used.has(name));
  }

  /** Those of them whose next property can have a name. */
  withNext(listed: Listed, names: NameList, seen: SeenKeys, name: string): Listed {
    const used = this.propertyNames.seen(seen);
    if (used.has(name)) return [];
    return this.order === "schema"
      ? listed.filter((object) => firstName(object, names, used) === name)
      : listed.filter((object) => object.has(name));
  }

  /** Those of them where a property has a value, as JSON Schema compares values. */
  withValue(listed: Listed, name: string, value: JsonNode): Listed {
    return listed.filter((object) => jsonEquals(object.get(name) as JsonNode, value));
  }
}

/** The name that comes first of those of an object that have not come; undefined: all have. */
function firstName(object: JsonObject, { indexOf }: NameList, used: SeenNames): string | undefined {
  let first: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < object.size; i++) {
    const name = object.keyAt(i);
    if (used.has(name)) continue;
    const index = indexOf.get(name) as number;
    if (index >= least) continue;
    least = index;
    first = name;
  }
  return first;
}
