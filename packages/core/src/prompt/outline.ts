/** What a schema says, as far as one would tell a person: the tree that descriptions for prompts are printed from. */

/** Remarks about a value that its type does not say: a description, bounds, an example. Each is one line. */
interface Noted {
  readonly notes: readonly string[];
}

export interface AnyOutline extends Noted {
  readonly kind: "any" | "never";
}

export interface ScalarOutline extends Noted {
  readonly kind: "scalar";
  readonly type: "string" | "number" | "integer" | "boolean" | "null";
}

export interface LiteralOutline extends Noted {
  readonly kind: "literal";
  /** As JSON. */
  readonly text: string;
}

export interface PropertyOutline {
  readonly name: string;
  readonly isRequired: boolean;
  readonly value: Outline;
}

export interface ObjectOutline extends Noted {
  readonly kind: "object";
  readonly properties: readonly PropertyOutline[];
  /** The values of properties with other names, where something is said of them. */
  readonly others: Outline | undefined;
}

export interface ArrayOutline extends Noted {
  readonly kind: "array";
  /** The first items, where each has a schema of its own. */
  readonly first: readonly Outline[];
  /** All others; undefined: there are none. */
  readonly items: Outline | undefined;
}

/** One of several: at least two. */
export interface UnionOutline extends Noted {
  readonly kind: "union";
  readonly options: readonly Outline[];
}

/** All of several: at least two. */
export interface IntersectionOutline extends Noted {
  readonly kind: "intersection";
  readonly parts: readonly Outline[];
}

/** A schema that is told once, since it is referred to more often or contains itself. */
export interface NamedOutline extends Noted {
  readonly kind: "named";
  readonly name: string;
}

export type Outline =
  | AnyOutline
  | ScalarOutline
  | LiteralOutline
  | ObjectOutline
  | ArrayOutline
  | UnionOutline
  | IntersectionOutline
  | NamedOutline;

/** A keyword of the schema that a description does not tell. */
export interface LeftOut {
  /** JSON Pointer of the schema that has it. */
  readonly pointer: string;
  readonly keyword: string;
}

export interface SchemaOutline {
  readonly root: Outline;
  /** In the order in which they are referred to. */
  readonly named: ReadonlyMap<string, Outline>;
  readonly leftOut: readonly LeftOut[];
}

/** How much is told. */
export interface Detail {
  /** Characters of a description; longer ones are cut. */
  readonly description: number;
  /** Whether bounds, patterns and formats are told. */
  readonly constraints: boolean;
  /** Whether defaults and first examples are told. */
  readonly examples: boolean;
  /** Values of an enum. */
  readonly enumValues: number;
  /** Nesting; what is deeper is told by its type alone. */
  readonly depth: number;
}

/** All remarks about a value that fit behind it: its own, and those of what it is one of or a list of. */
export function allNotes(outline: Outline): readonly string[] {
  switch (outline.kind) {
    case "union":
      return unique([...outline.notes, ...outline.options.filter(isSmall).flatMap(allNotes)]);
    case "array": {
      const { items, first } = outline;
      const inner = items !== undefined && first.length === 0 && isSmall(items) ? allNotes(items) : [];
      return unique([...outline.notes, ...inner.map((note) => `each: ${note}`)]);
    }
    default:
      return outline.notes;
  }
}

/** Whether a value is told within a line, so that there is no other place for its remarks. */
function isSmall(outline: Outline): boolean {
  if (outline.kind === "array") return outline.items === undefined || isSmall(outline.items);
  return outline.kind !== "object" && outline.kind !== "intersection";
}

function unique(notes: readonly string[]): string[] {
  return [...new Set(notes)];
}
