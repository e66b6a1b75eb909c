import { generationOptions, type JsonSchemaOptions, type Whitespace } from "@grammask/core";
import { type Command, InvalidArgumentError, Option } from "commander";

/** What the command line says of how JSON is written; the same options for every command. */
export interface TextOptions {
  readonly order?: "schema" | "any";
  readonly formats?: "assert" | "annotate";
  readonly whitespace?: Whitespace;
  readonly whitespacePattern?: string;
  readonly itemSeparator?: string;
  readonly keySeparator?: string;
  readonly escapes?: "any" | "minimal";
  readonly numbers?: "any" | "plain";
  readonly extraProperties?: "any" | "needed";
  readonly lenient?: boolean;
}

/** What a command does where an option is not given, and core does another thing. */
export type TextDefaults = Pick<
  JsonSchemaOptions,
  "order" | "whitespace" | "escapes" | "numbers" | "extraProperties"
>;

/** How `generate` writes: `inspect` shows the same. */
export const GENERATION_TEXT: TextDefaults = generationOptions();

/** How people write what `check` reads: with other whitespace, and in another order, than a model is asked to. */
export const CHECK_TEXT: TextDefaults = {
  order: "any",
  whitespace: { style: "flexible", max: 1000 },
};

const names: Record<keyof TextOptions, string> = {
  order: "--order",
  formats: "--formats",
  whitespace: "--whitespace",
  whitespacePattern: "--whitespace-pattern",
  itemSeparator: "--item-separator",
  keySeparator: "--key-separator",
  escapes: "--escapes",
  numbers: "--numbers",
  extraProperties: "--extra-properties",
  lenient: "--lenient",
};

/** Adds the options to a command. Without commander's defaults, so that what was given can be told from what was not. */
export function addTextOptions(command: Command, defaults: TextDefaults): Command {
  const choice = (name: string, what: string, choices: string[], value: string) =>
    new Option(`${name} <${choices.join("|")}>`, `${what} (default: ${value})`).choices(choices);
  return command
    .addOption(choice("--order", "the order of properties", ["schema", "any"], defaults.order ?? "schema"))
    .addOption(
      new Option(
        "--whitespace <style>",
        `auto (the model chooses a usual style and stays with it), compact, spaced, pretty, pretty:INDENT (1 to 1000, or tab), flexible or flexible:MAX (default: ${spelled(defaults.whitespace ?? "spaced")})`,
      ).argParser(parseWhitespace),
    )
    .addOption(
      new Option(
        "--whitespace-pattern <regex>",
        "what whitespace matches wherever it can stand, such as '[ \\n]?'",
      ).conflicts("whitespace"),
    )
    .option("--item-separator <text>", "exactly what stands between items and properties, such as ', '")
    .option("--key-separator <text>", "exactly what stands between a key and its value, such as ': '")
    .addOption(choice("--escapes", "the escapes in strings", ["any", "minimal"], defaults.escapes ?? "any"))
    .addOption(choice("--numbers", "the spelling of numbers", ["any", "plain"], defaults.numbers ?? "any"))
    .addOption(
      choice(
        "--extra-properties",
        "when properties come of which the schema says nothing",
        ["any", "needed"],
        defaults.extraProperties ?? "any",
      ),
    )
    .addOption(choice("--formats", "what format means", ["assert", "annotate"], "assert"))
    .option("--lenient", "pass keywords over that cannot be enforced, with a warning for each");
}

/** The options as `@grammask/core` takes them. */
export function jsonOptions(options: TextOptions, defaults: TextDefaults): JsonSchemaOptions {
  const { itemSeparator, keySeparator, ...given } = options;
  const { order, formats, whitespace, whitespacePattern, escapes, numbers, extraProperties, lenient } = given;
  const all = {
    ...defaults,
    ...defined({ order, formats, whitespace, escapes, numbers, extraProperties, lenient }),
  };
  const separators = defined({ item: itemSeparator, key: keySeparator });
  const separated = Object.keys(separators).length === 0 ? all : { ...all, separators };
  const { whitespace: _, ...others } = separated;
  if (whitespacePattern !== undefined) return { ...others, whitespacePattern };
  // A default gives way to separators that say the same thing.
  return separated !== all && whitespace === undefined && all.whitespace === "auto" ? others : separated;
}

/** Without what is undefined. */
function defined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** The first of these options that is given, as it is spelled on the command line. */
export function givenTextOption(options: TextOptions): string | undefined {
  const given = Object.entries(names).find(([key]) => options[key as keyof TextOptions] !== undefined);
  return given?.[1];
}

const STYLES = ["auto", "compact", "spaced", "pretty", "flexible"] as const;

/** A style, with the number of its size behind a colon; core knows which sizes there are. */
export function parseWhitespace(text: string): Whitespace {
  const [style, size] = text.split(/:(.*)/s);
  if (size === undefined) {
    const named = STYLES.find((each) => each === style);
    if (named !== undefined) return named;
  } else if (style === "pretty") return { style, indent: size === "tab" ? "\t" : whole(size) };
  else if (style === "flexible") return { style, max: whole(size) };
  throw new InvalidArgumentError(
    "It must be auto, compact, spaced, pretty or flexible; pretty:4, pretty:tab and flexible:100 have a size.",
  );
}

/** A style as the command line spells it. */
export function spelled(whitespace: Whitespace): string {
  if (typeof whitespace === "string") return whitespace;
  if (whitespace.style === "flexible") return `flexible:${whitespace.max}`;
  return `pretty:${whitespace.indent === "\t" ? "tab" : whitespace.indent}`;
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("The size must be a whole number.");
  return Number(text);
}
