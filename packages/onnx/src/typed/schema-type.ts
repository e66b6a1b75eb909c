/**
 * The type of the values that a JSON Schema literal describes (`as const`, or written where it is used). It may be wider
 * than the schema, never narrower: what types cannot say, or what is not known when types are checked (`if`, `not`,
 * references into other documents, schemas whose type is only `object`), is passed over or `unknown`.
 */
export type FromSchema<S, Root = S> = 0 extends 1 & S ? unknown : Schema<S, Root>;

type Schema<S, Root> = S extends boolean
  ? S extends true
    ? unknown
    : never
  : S extends { readonly static: infer T; readonly params: readonly unknown[] }
    ? // TypeBox before 1.0 carries its type along.
      T
    : S extends { readonly $ref: infer R }
      ? Referred<R, Root> & (IsOldDraft<Root> extends true ? unknown : Inline<S, Root>)
      : Inline<S, Root>;

type Inline<S, Root> = S extends { readonly const: infer C }
  ? Mutable<C>
  : S extends { readonly enum: readonly (infer E)[] }
    ? Mutable<E>
    : Typed<S, Root> & AnyOf<S, Root> & OneOf<S, Root> & AllOf<S, Root>;

/** Before 2019-09, what stands beside `$ref` says nothing. */
type IsOldDraft<Root> = Root extends { readonly $schema: `${string}json-schema.org/draft-0${string}` }
  ? true
  : false;

type Referred<R, Root> = R extends "#"
  ? FromSchema<Root, Root>
  : R extends `#/$defs/${infer Name}`
    ? Definition<Root, "$defs", Name>
    : R extends `#/definitions/${infer Name}`
      ? Definition<Root, "definitions", Name>
      : unknown;

type Definition<Root, Keyword extends string, Name extends string> = Root extends {
  readonly [K in Keyword]: { readonly [N in Name]: infer S };
}
  ? FromSchema<S, Root>
  : unknown;

type Typed<S, Root> = S extends { readonly type: infer T }
  ? T extends readonly (infer Each)[]
    ? OfType<Each, S, Root>
    : OfType<T, S, Root>
  : unknown;

type OfType<T, S, Root> = T extends "string"
  ? string
  : T extends "number" | "integer"
    ? number
    : T extends "boolean"
      ? boolean
      : T extends "null"
        ? null
        : T extends "array"
          ? Items<S, Root>
          : T extends "object"
            ? Properties<S, Root>
            : unknown;

type Items<S, Root> = S extends { readonly prefixItems: infer P extends readonly unknown[] }
  ? Tuple<P, S, S extends { readonly items: infer I } ? I : true, Root>
  : S extends { readonly items: infer I }
    ? I extends readonly unknown[]
      ? Tuple<I, S, S extends { readonly additionalItems: infer A } ? A : true, Root>
      : FromSchema<I, Root>[]
    : unknown[];

/** Items that `minItems` does not demand may be missing; a `minItems` that is not just their number demands none. */
type Tuple<P extends readonly unknown[], S, Rest, Root> = number extends P["length"]
  ? unknown[]
  : [
      ...(S extends { readonly minItems: P["length"] } ? Each<P, Root> : Partial<Each<P, Root>>),
      ...(Rest extends false ? [] : FromSchema<Rest, Root>[]),
    ];

type Each<P extends readonly unknown[], Root> = P extends readonly [infer First, ...infer Others]
  ? [FromSchema<First, Root>, ...Each<Others, Root>]
  : [];

type Properties<S, Root> = S extends { readonly properties: infer P }
  ? Flat<
      { -readonly [K in keyof P as K extends Required<S> ? K : never]-?: FromSchema<P[K], Root> } & {
        -readonly [K in keyof P as K extends Required<S> ? never : K]?: FromSchema<P[K], Root>;
      } & { [K in Exclude<Required<S>, keyof P>]: unknown }
    >
  : S extends { readonly additionalProperties: false }
    ? Flat<{ [K in Required<S>]: unknown } & Patterns<S, Root>>
    : S extends { readonly patternProperties: { readonly "^.*$": infer V } }
      ? { [key: string]: FromSchema<V, Root> }
      : S extends { readonly patternProperties: object }
        ? { [key: string]: unknown }
        : S extends { readonly additionalProperties: infer V }
          ? { [key: string]: FromSchema<V, Root> }
          : { [key: string]: unknown };

type Patterns<S, Root> = S extends { readonly patternProperties: infer P }
  ? { [key: string]: FromSchema<P[keyof P], Root> }
  : unknown;

/** The keys that are there for certain: none where the list is not a literal. */
type Required<S> = S extends { readonly required: readonly (infer K extends string)[] }
  ? string extends K
    ? never
    : K
  : never;

type AnyOf<S, Root> = S extends { readonly anyOf: readonly (infer Each)[] }
  ? FromSchema<Each, Root>
  : unknown;
type OneOf<S, Root> = S extends { readonly oneOf: readonly (infer Each)[] }
  ? FromSchema<Each, Root>
  : unknown;

type AllOf<S, Root> = S extends { readonly allOf: readonly [infer First, ...infer Others] }
  ? FromSchema<First, Root> & AllOf<{ readonly allOf: Others }, Root>
  : unknown;

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
type Flat<T> = { [K in keyof T]: T[K] } & {};
