import { allNotes, type Outline, type PropertyOutline, type SchemaOutline } from "./outline.js";

const LINE = 100;
const INDENT = "  ";

/**
 * A schema as the form of a value: JSON with `<string>` in the place of a string. A schema that contains itself is shown
 * where it comes first, and by its name from then on.
 */
export function exampleValue(outline: SchemaOutline): string {
  const printer = new ExamplePrinter(outline);
  const notes = [...nameOf(outline.root), ...allNotes(outline.root)].map((note) => `// ${note}\n`);
  return notes.join("") + printer.value(outline.root, "");
}

class ExamplePrinter {
  private readonly outline: SchemaOutline;
  private readonly shown = new Set<string>();

  constructor(outline: SchemaOutline) {
    this.outline = outline;
  }

  /** A value; lines after the first begin with `indent`. */
  value(outline: Outline, indent: string): string {
    switch (outline.kind) {
      case "any":
        return "<any value>";
      case "never":
        return "<nothing>";
      case "scalar":
        return outline.type === "null" ? "null" : `<${outline.type}>`;
      case "literal":
        return outline.text;
      case "named": {
        const { name } = outline;
        if (this.shown.has(name)) return `<${name}>`;
        this.shown.add(name);
        return this.value(this.outline.named.get(name) as Outline, indent);
      }
      case "union":
        return outline.options.map((option) => this.value(option, indent)).join(" or ");
      case "intersection":
        return outline.parts.map((part) => this.value(part, indent)).join(" and ");
      case "array":
        return this.array(outline.first, outline.items, indent);
      case "object": {
        const inner = indent + INDENT;
        const lines = outline.properties.map((each): { code: string; notes: readonly string[] } => ({
          code: `${JSON.stringify(each.name)}: ${this.value(each.value, inner)}`,
          notes: notesOf(each),
        }));
        if (outline.others !== undefined) {
          const { others } = outline;
          lines.push({ code: `<key>: ${this.value(others, inner)}`, notes: allNotes(others) });
        }
        if (lines.length === 0) return "{}";
        const all = lines.map(({ code, notes }, i) =>
          line(code + (i < lines.length - 1 ? "," : ""), notes, inner),
        );
        return `{\n${all.join("\n")}\n${indent}}`;
      }
    }
  }

  private array(first: readonly Outline[], items: Outline | undefined, indent: string): string {
    const inner = indent + INDENT;
    const all = items === undefined ? first : [...first, items];
    const values = all.map((item) => this.value(item, inner));
    const texts = items === undefined ? values : [...values, "..."];
    if (!texts.some((text) => text.includes("\n"))) return `[${texts.join(", ")}]`;
    return `[\n${texts.map((text) => inner + text).join(",\n")}\n${indent}]`;
  }
}

function notesOf({ isRequired, value }: PropertyOutline): string[] {
  return [...(isRequired ? [] : ["optional"]), ...nameOf(value), ...allNotes(value)];
}

/** What stands in the place of a value that was shown before. */
function nameOf(outline: Outline): string[] {
  if (outline.kind === "named") return [`<${outline.name}>`];
  if (outline.kind === "array")
    return outline.items === undefined ? [] : nameOf(outline.items).map((name) => `each: ${name}`);
  return outline.kind === "union" ? outline.options.flatMap(nameOf) : [];
}

/** A property with its comment: behind it where that is short, else above. */
function line(code: string, notes: readonly string[], indent: string): string {
  if (notes.length === 0) return indent + code;
  const comment = `// ${notes.join("; ")}`;
  const isShort = !code.includes("\n") && indent.length + code.length + comment.length < LINE;
  return isShort ? `${indent}${code} ${comment}` : `${indent}${comment}\n${indent}${code}`;
}
