import { compilePattern } from "../../language/index.js";
import { dispatch, otherTokens, textWithout, tokenDispatch } from "../free-text.js";
import type { JsonSchemaOptions } from "../json-schema-options.js";
import { ecmaPattern, RustRegexError } from "../lark/rust-regex.js";
import { XML_STYLES, xmlParameters } from "../tools/xml-parameters.js";
import { choice, type GrammarNode, optional, repeat, sequence, text } from "../tree.js";
import { Fields } from "./fields.js";

const MANY = Number.POSITIVE_INFINITY;

type TokensNode = GrammarNode & { kind: "tokens" };

/** What ends the tag around a format: free text in it stops there. */
interface Around {
  readonly strings: readonly string[];
  readonly tokens: readonly TokensNode[];
}

const NOTHING: Around = { strings: [], tokens: [] };

interface ReadTag {
  /** Undefined: a token. */
  readonly begin: string | undefined;
  readonly beginNode: GrammarNode;
  readonly rest: GrammarNode;
}

/** Reads formats of structural tags as nodes. */
export class FormatReader {
  private readonly json: JsonSchemaOptions;
  private readonly embed: (source: string, path: string) => GrammarNode;

  /** @param embed makes a node of a grammar in EBNF, which stands at a path */
  constructor(json: JsonSchemaOptions, embed: (source: string, path: string) => GrammarNode) {
    this.json = json;
    this.embed = embed;
  }

  read(format: unknown): GrammarNode {
    return this.format(format, "$", NOTHING);
  }

  private format(format: unknown, path: string, around: Around): GrammarNode {
    const fields = new Fields(format, path);
    const node = this.node(fields, around);
    fields.end();
    return node;
  }

  private node(fields: Fields, around: Around): GrammarNode {
    const { path } = fields;
    const inner = (name: string) => this.format(fields.any(name), `${path}.${name}`, around);
    const all = (name: string) =>
      fields.list(name).map((item, i) => this.format(item, `${path}.${name}[${i}]`, around));
    switch (fields.type) {
      case "const_string":
        return text(fields.string("value"));
      case "json_schema":
        return this.schema(fields);
      case "grammar":
        return this.embed(fields.string("grammar"), path);
      case "regex":
        return regex(fields);
      case "any_text":
        return anyText(fields, around);
      case "sequence":
        return sequence(...all("elements"));
      case "or": {
        const items = all("elements");
        return items.length > 0 ? choice(...items) : fields.fail('"elements" has no alternative.');
      }
      case "optional":
        return optional(inner("content"));
      case "star":
        return repeat(inner("content"), 0, MANY);
      case "plus":
        return repeat(inner("content"), 1, MANY);
      case "repeat": {
        const min = fields.number("min", 0);
        const max = fields.number("max", -1);
        if (max >= 0 && max < min) fields.fail('"max" is less than "min".');
        return repeat(inner("content"), min, max < 0 ? MANY : max);
      }
      case "tag": {
        const { beginNode, rest } = this.tag(fields);
        return sequence(beginNode, rest);
      }
      case "triggered_tags":
        return this.triggered(fields, around);
      case "tags_with_separator":
        return this.separated(fields);
      case "dispatch": {
        const rules = this.rules(fields, around).map(({ trigger, body, at }) =>
          typeof trigger === "string" && trigger !== ""
            ? { trigger, body }
            : fields.fail(`"rules"[${at}] begins with a string that is not empty.`),
        );
        const excluded = [...fields.strings("excludes", []), ...around.strings];
        return dispatch(rules, { loops: fields.boolean("loop", true), excluded });
      }
      case "token":
        return tokenOf(fields, fields.any("token"));
      case "exclude_token":
        return otherTokens([...excludedTokens(fields), ...around.tokens]);
      case "any_tokens": {
        const max = fields.has("max_tokens") ? fields.number("max_tokens", 0) : MANY;
        return repeat(otherTokens([...excludedTokens(fields), ...around.tokens]), 0, max);
      }
      case "token_triggered_tags":
        return this.tokenTriggered(fields, around);
      case "token_dispatch": {
        const rules = this.rules(fields, around).map(({ trigger, body }) => ({
          trigger: tokenOf(fields, trigger),
          body,
        }));
        const excluded = [...excludedTokens(fields), ...around.tokens];
        return tokenDispatch(rules, { loops: fields.boolean("loop", true), excluded });
      }
      default:
        return fields.fail(`there is no type ${JSON.stringify(fields.type)}.`);
    }
  }

  private schema(fields: Fields): GrammarNode {
    const schema = fields.any("json_schema");
    const style = fields.string("style", "json");
    const options: JsonSchemaOptions = fields.boolean("any_order", false)
      ? { ...this.json, order: "any" }
      : this.json;
    if (style === "json") return { kind: "json", schema, options };
    const xml = XML_STYLES[style];
    return xml === undefined
      ? fields.fail(`the style "${style}" is not supported.`)
      : xmlParameters(schema, xml, options);
  }

  private tag(fields: Fields): ReadTag {
    const begin = fields.any("begin");
    const beginNode = typeof begin === "string" ? text(begin) : this.delimiter(begin, `${fields.path}.begin`);
    const end = fields.any("end");
    const ends = typeof end === "string" ? [end] : Array.isArray(end) ? fields.strings("end") : undefined;
    const around: Around =
      ends === undefined
        ? { strings: [], tokens: [this.delimiter(end, `${fields.path}.end`)] }
        : { strings: ends.filter((one) => one !== ""), tokens: [] };
    const content = this.format(fields.any("content"), `${fields.path}.content`, around);
    const endNode = ends === undefined ? (around.tokens[0] as TokensNode) : choice(...ends.map(text));
    return {
      begin: typeof begin === "string" ? begin : undefined,
      beginNode,
      rest: sequence(content, endNode),
    };
  }

  private delimiter(format: unknown, path: string): TokensNode {
    const fields = new Fields(format, path);
    if (fields.type !== "token") fields.fail("a string or a token is needed.");
    const node = tokenOf(fields, fields.any("token"));
    fields.end();
    return node;
  }

  private tags(fields: Fields): { tag: ReadTag; fields: Fields; begin: unknown }[] {
    return fields.list("tags").map((format, i) => {
      const own = new Fields(format, `${fields.path}.tags[${i}]`);
      const tag = this.tag(own);
      own.end();
      return { tag, fields: own, begin: (format as { begin?: unknown }).begin };
    });
  }

  private triggered(fields: Fields, around: Around): GrammarNode {
    const triggers = fields.strings("triggers");
    const tags = this.tags(fields);
    const whole = tags.map(({ tag }) => sequence(tag.beginNode, tag.rest));
    const rules = triggers.map((trigger) => {
      const own = tags.filter(({ tag, fields: at }) =>
        (tag.begin ?? at.fail('"begin" must be a string.')).startsWith(trigger),
      );
      if (own.length === 0) fields.fail(`no tag begins with the trigger ${JSON.stringify(trigger)}.`);
      const bodies = own.map(({ tag }) =>
        sequence(text((tag.begin as string).slice(trigger.length)), tag.rest),
      );
      return { trigger, body: choice(...bodies) };
    });
    for (const { tag, fields: at } of tags) {
      if (!triggers.some((trigger) => tag.begin?.startsWith(trigger) === true))
        at.fail("no trigger begins this tag.");
    }
    const excluded = [...fields.strings("excludes", []), ...around.strings];
    return this.flagged(fields, whole, (loops) => dispatch(rules, { loops, excluded }));
  }

  private tokenTriggered(fields: Fields, around: Around): GrammarNode {
    const triggers = fields.list("trigger_tokens").map((token) => tokenOf(fields, token));
    const tags = this.tags(fields);
    const whole = tags.map(({ tag }) => sequence(tag.beginNode, tag.rest));
    const isSame = (x: GrammarNode, y: GrammarNode) => JSON.stringify(x) === JSON.stringify(y);
    const rules = triggers.map((trigger) => {
      const bodies = tags.filter(({ tag }) => isSame(tag.beginNode, trigger)).map(({ tag }) => tag.rest);
      return {
        trigger,
        body: bodies.length > 0 ? choice(...bodies) : fields.fail("a trigger begins no tag."),
      };
    });
    for (const { tag, fields: at } of tags) {
      if (!triggers.some((trigger) => isSame(trigger, tag.beginNode))) at.fail("no trigger begins this tag.");
    }
    const excluded = [...excludedTokens(fields), ...around.tokens];
    return this.flagged(fields, whole, (loops) => tokenDispatch(rules, { loops, excluded }));
  }

  /** The two flags of triggered tags: at least one is at the start, without text before it. */
  private flagged(
    fields: Fields,
    tags: readonly GrammarNode[],
    rest: (loops: boolean) => GrammarNode,
  ): GrammarNode {
    const stops = fields.boolean("stop_after_first", false);
    if (!fields.boolean("at_least_one", false)) return rest(!stops);
    if (tags.length === 0) fields.fail("at least one tag is needed, and there is none.");
    return stops ? choice(...tags) : sequence(choice(...tags), rest(true));
  }

  private separated(fields: Fields): GrammarNode {
    const tags = this.tags(fields).map(({ tag }) => sequence(tag.beginNode, tag.rest));
    if (tags.length === 0) fields.fail('"tags" has none.');
    const one = choice(...tags);
    const separator = text(fields.string("separator"));
    const some = fields.boolean("stop_after_first", false)
      ? one
      : sequence(one, repeat(sequence(separator, one), 0, MANY));
    return fields.boolean("at_least_one", false) ? some : optional(some);
  }

  private rules(fields: Fields, around: Around): { trigger: unknown; body: GrammarNode; at: number }[] {
    return fields.list("rules").map((rule, at) => {
      if (!Array.isArray(rule) || rule.length !== 2) return fields.fail(`"rules"[${at}] is no pair.`);
      return { trigger: rule[0], body: this.format(rule[1], `${fields.path}.rules[${at}][1]`, around), at };
    });
  }
}

function regex(fields: Fields): GrammarNode {
  let ecma: string;
  try {
    ecma = ecmaPattern(fields.string("pattern"), "s");
  } catch (error) {
    if (error instanceof RustRegexError) return fields.fail(error.message);
    throw error;
  }
  return { kind: "regular", build: (arena) => compilePattern(arena, ecma, { whole: true }).language };
}

function anyText(fields: Fields, around: Around): GrammarNode {
  const free = textWithout([...fields.strings("excludes", []), ...around.strings]);
  const tokens = fields.has("max_tokens") ? fields.number("max_tokens", 0) : MANY;
  const characters = fields.has("max_chars") ? fields.number("max_chars", 0) : MANY;
  if (tokens === 0 || characters === 0) return text("");
  const item: GrammarNode =
    characters === MANY ? free : { kind: "limited", item: free, maxLength: characters };
  return tokens === MANY ? item : { kind: "lexeme", item, ending: "anywhere", maxTokens: tokens };
}

function excludedTokens(fields: Fields): TokensNode[] {
  return fields.list("exclude_tokens", []).map((token) => tokenOf(fields, token));
}

function tokenOf(fields: Fields, token: unknown): TokensNode {
  if (typeof token === "string" && token !== "") return { kind: "tokens", names: [token] };
  if (typeof token === "number" && Number.isInteger(token) && token >= 0)
    return { kind: "tokens", ranges: [[token, token]] };
  return fields.fail(`${JSON.stringify(token)} is no token: its id or its text is needed.`);
}
