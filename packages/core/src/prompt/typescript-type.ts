import { allNotes, type Outline, type PropertyOutline, type SchemaOutline } from "./outline.js";

/** Longer lines have their comment above. */
const LINE = 100;
const INDENT = "  ";

/** A schema as types of TypeScript: first those that others refer to, then the whole as `name`. */
export function typescriptType({ root, named }: SchemaOutline, name: string): string {
  const types = [...named].reverse().map(([each, outline]) => declaration(each, outline));
  if (root.kind === "named" && root.name === name) return types.join("\n\n");
  return [...types, declaration(name, root)].join("\n\n");
}

function declaration(name: string, outline: Outline): string {
  const notes = allNotes(outline).map((note) => `// ${note}\n`);
  return `${notes.join("")}type ${name} = ${type(outline, "")};`;
}

/** A type; lines after the first begin with `indent`. */
function type(outline: Outline, indent: string): string {
  switch (outline.kind) {
    case "any":
      return "unknown";
    case "never":
      return "never";
    case "scalar":
      return outline.type === "integer" ? "number" : outline.type;
    case "literal":
      return outline.text;
    case "named":
      return outline.name;
    case "union":
      return outline.options.map((option) => grouped(option, indent, "intersection")).join(" | ");
    case "intersection":
      return outline.parts.map((part) => grouped(part, indent, "union")).join(" & ");
    case "array": {
      const { first, items } = outline;
      const list = items === undefined ? undefined : `${grouped(items, indent, "union", "intersection")}[]`;
      if (first.length === 0) return list ?? "[]";
      const each = first.map((item) => type(item, indent));
      return `[${[...each, ...(list === undefined ? [] : [`...${list}`])].join(", ")}]`;
    }
    case "object": {
      const { properties, others } = outline;
      const inner = indent + INDENT;
      const lines = properties.map((each) => property(each, inner));
      if (others !== undefined) {
        lines.push(line(`${inner}[key: string]: ${type(others, inner)};`, allNotes(others), inner));
      }
      return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`;
    }
  }
}

/** In parentheses where it is of one of these kinds. */
function grouped(outline: Outline, indent: string, ...kinds: readonly Outline["kind"][]): string {
  const text = type(outline, indent);
  return kinds.includes(outline.kind) ? `(${text})` : text;
}

function property({ name, isRequired, value }: PropertyOutline, indent: string): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  const integer = hasInteger(value) ? ["integer"] : [];
  const notes = [...integer, ...allNotes(value)];
  return line(`${indent}${key}${isRequired ? "" : "?"}: ${type(value, indent)};`, notes, indent);
}

/** `number` says less. */
function hasInteger(outline: Outline): boolean {
  if (outline.kind === "scalar") return outline.type === "integer";
  if (outline.kind === "array") return outline.items !== undefined && hasInteger(outline.items);
  return outline.kind === "union" && outline.options.some(hasInteger);
}

/** Code with its comment: behind it where that is short, else above. */
function line(code: string, notes: readonly string[], indent: string): string {
  if (notes.length === 0) return code;
  const comment = `// ${notes.join("; ")}`;
  const isShort = !code.includes("\n") && code.length + comment.length < LINE;
  return isShort ? `${code} ${comment}` : `${indent}${comment}\n${code}`;
}
