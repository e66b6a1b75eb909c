/** Templates of Lark: rules with parameters, of which each use with other arguments is a rule of its own. */
import type { SourceText } from "../source-text.js";
import { hasPart, type LarkDefinition, type LarkExpression, type LarkSource, withParts } from "./ast.js";

/** More, or longer arguments, have only templates that use themselves with arguments that grow. */
const MAX_USES = 5_000;
const MAX_ARGUMENTS = 20_000;

/**
 * The grammar with a rule in the place of each use of a template.
 *
 * @throws GrammarError where a template is not there, has another number of parameters, or is used without end
 */
export function withoutTemplates(lark: LarkSource, source: SourceText): LarkSource {
  const isTemplate = ({ parameters }: LarkDefinition) => parameters.length > 0;
  const given = [...lark.rules.values()];
  if (!given.some(isTemplate) && !given.some(({ body }) => hasUse(body))) return lark;
  const rules = new Map<string, LarkDefinition>();
  const names = new Map<string, string>();
  const pending: { template: LarkDefinition; values: ReadonlyMap<string, LarkExpression> }[] = [];

  const use = ({ name, args, offset }: LarkExpression & { kind: "use" }): LarkExpression => {
    const template = lark.rules.get(name);
    if (template === undefined || !isTemplate(template))
      source.fail(`There is no template "${name}".`, offset);
    const { parameters } = template;
    if (parameters.length !== args.length)
      source.fail(`"${name}" has ${parameters.length} parameters, not ${args.length}.`, offset);
    const own = args.map((arg) => replaced(arg, new Map()));
    const key = `${name}{${own.map(keyOf).join()}}`;
    let instance = names.get(key);
    if (instance === undefined) {
      if (names.size === MAX_USES || key.length > MAX_ARGUMENTS)
        source.fail(`The template "${name}" is used without end, with arguments that grow.`, offset);
      // No name in a source has a brace.
      instance = `${name}{${names.size}}`;
      names.set(key, instance);
      const values = new Map(parameters.map((parameter, i) => [parameter, own[i] as LarkExpression]));
      pending.push({ template: { ...template, name: instance, parameters: [] }, values });
    }
    return { kind: "name", name: instance, offset };
  };

  /** An expression with values for names, and rules for the uses of templates. */
  const replaced = (node: LarkExpression, values: ReadonlyMap<string, LarkExpression>): LarkExpression => {
    switch (node.kind) {
      case "name": {
        const value = values.get(node.name);
        const rule = lark.rules.get(node.name);
        if (value === undefined && rule !== undefined && isTemplate(rule))
          source.fail(`"${node.name}" is a template: its arguments must follow in braces.`, node.offset);
        return value ?? node;
      }
      case "use":
        return use({ ...node, args: node.args.map((arg) => replaced(arg, values)) });
      default:
        return withParts(node, (part) => replaced(part, values));
    }
  };

  for (const rule of given) {
    if (isTemplate(rule)) continue;
    rules.set(rule.name, { ...rule, body: replaced(rule.body, new Map()) });
  }
  // What is added on the way comes as well.
  for (const { template, values } of pending) {
    rules.set(template.name, { ...template, body: replaced(template.body, values) });
  }
  return { ...lark, rules };
}

function hasUse(node: LarkExpression): boolean {
  return hasPart(node, ({ kind }) => kind === "use");
}

/** Equal for expressions that say the same, wherever they stand. */
function keyOf(node: LarkExpression): string {
  return JSON.stringify(node, (key, value: unknown) =>
    key === "offset" ? undefined : typeof value === "bigint" ? `${value}` : value,
  );
}
