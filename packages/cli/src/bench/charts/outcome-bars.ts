import { AMBER, document, element, GREEN, GREY, RED, text } from "./svg.js";

export interface Outcomes {
  readonly name: string;
  readonly files: number;
  readonly passed: number;
  readonly compileErrors: number;
  readonly validationErrors: number;
  readonly invalidationErrors: number;
}

const LEFT = 150;
const WIDTH = 560;
const TOP = 56;
const ROW = 30;

const kinds = [
  ["passed", "passed", GREEN],
  ["compileErrors", "schema refused", GREY],
  ["validationErrors", "valid instance refused", AMBER],
  ["invalidationErrors", "invalid instance accepted", RED],
] as const;

/** A bar for each engine: what came of its files. */
export function outcomeBars(engines: readonly Outcomes[]): string {
  const parts: string[] = [];
  let legend = LEFT;
  for (const [, title, color] of kinds) {
    parts.push(element("rect", { x: legend, y: 28, width: 11, height: 11, fill: color }));
    parts.push(text(legend + 16, 38, title));
    legend += 34 + 7 * title.length;
  }
  for (const [row, engine] of engines.entries()) {
    const y = TOP + ROW * row;
    let x = LEFT;
    parts.push(text(LEFT - 12, y + 15, engine.name, { "text-anchor": "end" }));
    for (const [key, , color] of kinds) {
      const width = engine.files > 0 ? (WIDTH * engine[key]) / engine.files : 0;
      if (width > 0) parts.push(element("rect", { x, y, width, height: 20, fill: color }));
      x += width;
    }
    const share = engine.files > 0 ? `${((100 * engine.passed) / engine.files).toFixed(1)} %` : "-";
    parts.push(text(LEFT + WIDTH + 10, y + 15, `${share} of ${engine.files}`));
  }
  return document("Files by outcome", LEFT + WIDTH + 130, TOP + ROW * engines.length, parts);
}
