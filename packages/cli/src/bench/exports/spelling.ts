import { isJsonArray, type JsonNode, JsonNumber, JsonObject, stringifyJson } from "@grammask/core";

/** The order in which a schema first mentions its property names. */
export function mentionedNames(schema: JsonNode): Map<string, number> {
  const names = new Map<string, number>();
  const mention = (name: string) => {
    if (!names.has(name)) names.set(name, names.size);
  };
  const visit = (node: JsonNode): void => {
    if (isJsonArray(node)) {
      for (const item of node) visit(item);
    } else if (node instanceof JsonObject) {
      const properties = node.get("properties");
      if (properties instanceof JsonObject) for (const name of properties.keys()) mention(name);
      for (const [, value] of node) visit(value);
      const required = node.get("required");
      if (isJsonArray(required)) for (const name of required) if (typeof name === "string") mention(name);
    }
  };
  visit(schema);
  return names;
}

/** An instance as exports spell it: no spaces, names in the given order and others behind them, numbers as JavaScript writes them. */
export function respelled(node: JsonNode, order: ReadonlyMap<string, number>): string {
  if (node instanceof JsonNumber) return JSON.stringify(Number(node.text));
  if (isJsonArray(node)) return `[${node.map((item) => respelled(item, order)).join(",")}]`;
  if (!(node instanceof JsonObject)) return stringifyJson(node);
  const rank = (name: string) => order.get(name) ?? Number.POSITIVE_INFINITY;
  const members = [...node].sort(([a], [b]) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${respelled(value, order)}`).join(",")}}`;
}
