/** Keywords that apply their sub-schemas to the same value as themselves, and schemas that apply themselves that way. */
import { LazyMap } from "../language/index.js";
import { InvalidSchemaError } from "./errors.js";
import { type Member, type Position, placeOf } from "./position.js";
import type { SchemaSet } from "./schema-set.js";

/** With these a schema can hold because a sub-schema does not; or it looks into sub-schemas. */
const NOT_MONOTONE: readonly string[] = ["oneOf", "not", "if", "unevaluatedProperties", "unevaluatedItems"];

const NONE = new Int32Array(0);
const isApplying = (position: Position | undefined) => position?.applies === true;

/** A schema on the depth-first search's path. */
interface Visit {
  readonly position: Position;
  readonly index: number;
  /** The least index that is reached from here and still open. */
  low: number;
  readonly rest: Position[];
}

/**
 * The schemas that apply themselves in place: `{"anyOf": [{"$ref": "#"}, ...]}`. What they say is the least that fits: a
 * value matches if that can be shown in finitely many steps, so where a schema comes to itself again, nothing matches.
 * Found as strongly connected components (Tarjan 1972), linear in the documents.
 */
export class InPlaceCycles {
  private readonly schemas: SchemaSet;
  private readonly components = new LazyMap<Position, number>();
  /** When each schema was come to first, by its place in the order of the documents; 0: it was not yet. */
  private indexes = NONE;
  /** Whether it is still open. */
  private isOpen = NONE;
  private count = 0;

  /** @throws InvalidSchemaError where the root can reach a schema that refers to itself by `not` or the like */
  constructor(schemas: SchemaSet) {
    this.schemas = schemas;
    // A cycle has a reference in it.
    for (const { referring } of schemas.documents()) {
      for (let i = 0; i < referring.length; i++) {
        const start = referring[i] as Position;
        if (!this.leadsOn(start)) continue;
        if (this.indexes === NONE) {
          this.indexes = new Int32Array(schemas.size);
          this.isOpen = new Int32Array(schemas.size);
        }
        if (this.indexes[start.order] === 0) this.search(start);
      }
    }
    if (this.components.size > 0) this.checkMonotone();
  }

  /** Which cycle a schema is in; undefined: in none. */
  of(position: Position): number | undefined {
    return this.components.get(position);
  }

  /** Whether a schema applies one that applies others in turn. */
  private leadsOn(position: Position): boolean {
    const { members } = position;
    for (let i = 0; i < members.length; i++) {
      const member = members[i] as Member;
      const { keyword, children } = member;
      if (keyword.isReference) {
        if (this.schemas.possibleTargets(position, member).some(isApplying)) return true;
      } else if (keyword.isInPlace && children.some(isApplying)) return true;
    }
    return false;
  }

  private search(start: Position): void {
    const { indexes, isOpen } = this;
    const path: Visit[] = [];
    const open: Position[] = [];
    const enter = (position: Position) => {
      const rest = this.targets(position);
      const index = ++this.count;
      indexes[position.order] = index;
      // Nothing below, so in no cycle: most schemas.
      if (rest.length === 0) return;
      open.push(position);
      isOpen[position.order] = 1;
      path.push({ position, index, low: index, rest });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.pop();
      if (next !== undefined) {
        const index = indexes[next.order] as number;
        if (index === 0) enter(next);
        else if (isOpen[next.order] === 1) top.low = Math.min(top.low, index);
        if (next === top.position) this.components.set(next, top.index);
        continue;
      }
      path.pop();
      const { position, index, low } = top;
      const parent = path.at(-1);
      if (parent !== undefined) parent.low = Math.min(parent.low, low);
      if (low < index) continue;
      const isCycle = open.at(-1) !== position;
      for (let member: Position | undefined; member !== position; ) {
        member = open.pop() as Position;
        isOpen[member.order] = 0;
        if (isCycle) this.components.set(member, index);
      }
    }
  }

  /** The schemas that a schema applies in place; of dynamic references all that they may lead to. */
  private targets(position: Position): Position[] {
    const targets: Position[] = [];
    for (const member of position.members) this.addTargets(position, member, targets);
    return targets;
  }

  private addTargets(position: Position, member: Member, targets: Position[]): void {
    if (member.keyword.isReference) targets.push(...this.schemas.possibleTargets(position, member));
    else if (member.keyword.isInPlace) {
      for (const child of member.children) if (child !== undefined) targets.push(child);
    }
  }

  private checkMonotone(): void {
    const reachable = this.reachable();
    for (const [position, component] of this.components) {
      if (!reachable.has(position)) continue;
      for (const member of position.members) {
        const keyword = member.keyword.name;
        if (!NOT_MONOTONE.includes(keyword)) continue;
        const looksInside = keyword.startsWith("unevaluated");
        const targets: Position[] = [];
        this.addTargets(position, member, targets);
        const isInside = targets.some((target) => this.components.get(target) === component);
        if (!looksInside && !isInside) continue;
        throw new InvalidSchemaError({
          ...placeOf(position),
          keyword,
          reason: `the schema refers to itself without a property or an item in between, and has "${keyword}" on the way, so what it says is not defined`,
        });
      }
    }
  }

  /** What the root can lead to, in place or not. */
  private reachable(): Set<Position> {
    const { schemas } = this;
    const found = new Set<Position>([schemas.root.position]);
    for (const position of found) {
      for (const member of position.members) {
        if (member.keyword.isReference) {
          for (const target of schemas.possibleTargets(position, member)) found.add(target);
        } else if (member.keyword.role === "enforced") {
          for (const child of member.children) if (child !== undefined) found.add(child);
        }
      }
    }
    return found;
  }
}
