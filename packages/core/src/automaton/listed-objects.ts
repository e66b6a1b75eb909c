/**
 * Open objects that are to be one of a long list: which of them they can still be, told by the values that have come. A
 * formula of the list would ask of each value which of thousands it is; here that is looked up when the value is known.
 */
import { type JsonNode, type JsonObject, jsonEquals } from "../json/index.js";
import type { NameList, PropertyNames, PropertyOrder, SeenKeys } from "./property-order.js";

/** Objects that an open one can still become, all of which have the properties that have come. */
export type Listed = readonly JsonObject[];

export class ListedObjects {
  private readonly propertyNames: PropertyNames;
  private readonly order: PropertyOrder;
  private readonly nameLists = new Map<Listed, NameList>();

  constructor(propertyNames: PropertyNames, order: PropertyOrder) {
    this.propertyNames = propertyNames;
    this.order = order;
  }

  /** The names of the properties of all of them, as the list mentions them. */
  names(listed: Listed): NameList {
    let list = this.nameLists.get(listed);
    if (list === undefined) {
      const names = new Set<string>();
      for (const object of listed) for (const name of object.keys()) names.add(name);
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
    const next = new Set<string>();
    for (const object of listed) for (const name of this.namesOf(object, names, seen)) next.add(name);
    return [...next];
  }

  /** Those of them whose next property can have a name. */
  withNext(listed: Listed, names: NameList, seen: SeenKeys, name: string): Listed {
    return listed.filter((object) => this.namesOf(object, names, seen).includes(name));
  }

  /** Those of them where a property has a value, as JSON Schema compares values. */
  withValue(listed: Listed, name: string, value: JsonNode): Listed {
    return listed.filter((object) => jsonEquals(object.get(name) as JsonNode, value));
  }

  /** The names of an object's properties that can come next. */
  private namesOf(object: JsonObject, { indexOf }: NameList, seen: SeenKeys): string[] {
    const used = this.propertyNames.seen(seen);
    const left = [...object.keys()].filter((name) => !used.has(name));
    if (this.order === "any" || left.length < 2) return left;
    const indexes = left.map((name) => indexOf.get(name) as number);
    return [left[indexes.indexOf(Math.min(...indexes))] as string];
  }
}
