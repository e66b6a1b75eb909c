import { join } from "node:path";
import { type ToolFormatName, toolFormatOf } from "@grammask/core";
import { Tokenizer } from "@huggingface/tokenizers";
import { ChatTemplate } from "./chat-template.js";
import { isObject, type ModelConfig, readModelConfig, specialTokenText } from "./config.js";
import { ModelFileError, reasonOf } from "./errors.js";
import { readJsonObject, readTextFile } from "./json-file.js";

type JsonObject = Readonly<Record<string, unknown>>;

/** All of a model that is text: configuration, tokenizer, chat template. */
export interface TextModel {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** The parsed `tokenizer.json`. */
  readonly tokenizerJson: JsonObject;
  readonly chatTemplate: ChatTemplate | undefined;
  /** How the chat templates write calls of tools. */
  readonly toolFormat: ToolFormatName;
}

/**
 * Reads the JSON files of a model's folder.
 *
 * @throws ModelFileError where a file is missing or broken
 * @throws UnsupportedModelError where the files name no end-of-sequence token
 */
export async function readTextModel(directory: string): Promise<TextModel> {
  // First and alone: of a folder that is no model's, its absence says most, and always the same.
  const config = await required(directory, "config.json");
  const [tokenizerJson, generation, tokenizerConfig, templateFile] = await Promise.all([
    required(directory, "tokenizer.json"),
    readJsonObject(join(directory, "generation_config.json")),
    readJsonObject(join(directory, "tokenizer_config.json")),
    readTextFile(join(directory, "chat_template.jinja")),
  ]);
  const settings = tokenizerConfig ?? {};
  const tokenizer = makeTokenizer(join(directory, "tokenizer.json"), tokenizerJson, settings);
  const template = templateFile ?? chatTemplateOf(settings);
  return {
    config: readModelConfig(config, generation ?? {}, settings, (text) => tokenizer.token_to_id(text)),
    tokenizer,
    tokenizerJson,
    chatTemplate: template === undefined ? undefined : new ChatTemplate(template, specialTokens(settings)),
    toolFormat: toolFormatOf([templateFile ?? "", ...chatTemplatesOf(settings)].join("\n")),
  };
}

async function required(directory: string, name: string): Promise<JsonObject> {
  const path = join(directory, name);
  const value = await readJsonObject(path);
  if (value === undefined) {
    throw new ModelFileError(path, "the file is missing");
  }
  return value;
}

function makeTokenizer(path: string, json: JsonObject, settings: JsonObject): Tokenizer {
  try {
    return new Tokenizer(json, settings);
  } catch (thrown) {
    throw new ModelFileError(path, `not a tokenizer that can be used: ${reasonOf(thrown)}`, {
      cause: thrown,
    });
  }
}

/** A single template, or a list of named ones of which "default" is the one for conversations. */
function chatTemplateOf(settings: JsonObject): string | undefined {
  const template = settings.chat_template;
  const named: unknown = Array.isArray(template)
    ? template.find((each) => isObject(each) && each.name === "default")
    : undefined;
  const isDefault = isObject(named) && typeof named.template === "string";
  return isDefault ? (named.template as string) : chatTemplatesOf(settings)[0];
}

/** All of them: that for tools may be one of its own. */
function chatTemplatesOf({ chat_template: template }: JsonObject): string[] {
  const templates = Array.isArray(template)
    ? template.map((each) => isObject(each) && each.template)
    : [template];
  return templates.filter((each) => typeof each === "string");
}

function specialTokens(settings: JsonObject): Record<string, string> {
  const tokens: Record<string, string> = {};
  for (const [key, value] of Object.entries(settings)) {
    const text = key.endsWith("_token") ? specialTokenText(value) : undefined;
    if (text !== undefined) {
      tokens[key] = text;
    }
  }
  return tokens;
}
