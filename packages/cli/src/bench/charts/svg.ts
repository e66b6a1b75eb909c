/** Texts and colours that read well on light and dark pages. */
export const GREY = "#8a94a6";
export const GREEN = "#2f9e63";
export const AMBER = "#d39b2a";
export const RED = "#c8553d";
export const BLUE = "#3f7fbf";

/** Colours for series, this project's first. */
export const SERIES = [GREEN, BLUE, AMBER, RED, "#8e63b5", "#4aa3a2", GREY];

type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, content = ""): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(format(value))}"`);
  return content === "" ? `<${name}${pairs.join("")}/>` : `<${name}${pairs.join("")}>${content}</${name}>`;
}

export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element("text", { x, y, fill: GREY, ...attributes }, escapeXml(content));
}

/** A document of this size with a title. */
export function document(title: string, width: number, height: number, parts: readonly string[]): string {
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": title,
    "font-family": "system-ui, sans-serif",
    "font-size": 13,
  };
  const heading = text(0, 16, title, { "font-size": 15, "font-weight": 600 });
  return `${element("svg", attributes, `\n${[heading, ...parts].join("\n")}\n`)}\n`;
}

/** A time with a unit that suits it. */
export function duration(microseconds: number): string {
  if (microseconds < 1000) return `${short(microseconds)} µs`;
  return microseconds < 1e6 ? `${short(microseconds / 1e3)} ms` : `${short(microseconds / 1e6)} s`;
}

/** Two significant digits, without an exponent. */
function short(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}

function format(value: string | number): string {
  return typeof value === "number" ? String(Math.round(100 * value) / 100) : value;
}

function escapeXml(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
}
