/** The specifications that a schema can be written in, oldest first, so that they compare. */
export const enum Dialect {
  Draft04 = 4,
  Draft06 = 6,
  Draft07 = 7,
  Draft201909 = 2019,
  Draft202012 = 2020,
  /** None is named: 2020-12, in which keywords that it dropped keep their old meaning. */
  Unnamed = 2021,
}

const METASCHEMAS: readonly (readonly [string, Dialect])[] = [
  ["json-schema.org/draft-04/schema", Dialect.Draft04],
  ["json-schema.org/draft-06/schema", Dialect.Draft06],
  ["json-schema.org/draft-07/schema", Dialect.Draft07],
  ["json-schema.org/draft/2019-09/schema", Dialect.Draft201909],
  ["json-schema.org/draft/2020-12/schema", Dialect.Draft202012],
];

const BY_URI: ReadonlyMap<string, Dialect> = new Map(
  METASCHEMAS.flatMap(([uri, dialect]) =>
    ["", "http://", "https://"].flatMap((scheme): [string, Dialect][] => [
      [`${scheme}${uri}`, dialect],
      [`${scheme}${uri}#`, dialect],
    ]),
  ),
);

/** The dialect whose own metaschema has this URI, with or without `#`, by http or https. */
export function dialectOf(uri: string): Dialect | undefined {
  return BY_URI.get(uri);
}

/** The name of a dialect as its specification writes it. */
export function dialectName(dialect: Dialect): string {
  switch (dialect) {
    case Dialect.Draft04:
      return "draft-04";
    case Dialect.Draft06:
      return "draft-06";
    case Dialect.Draft07:
      return "draft-07";
    case Dialect.Draft201909:
      return "2019-09";
    case Dialect.Draft202012:
    case Dialect.Unnamed:
      return "2020-12";
  }
}
