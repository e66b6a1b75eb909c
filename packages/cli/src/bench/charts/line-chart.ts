import { document, duration, element, GREY, SERIES, text } from "./svg.js";

export interface Line {
  readonly name: string;
  readonly unit: string;
  readonly points: readonly { readonly size: number; readonly value: number }[];
}

const LEFT = 70;
const WIDTH = 480;
const TOP = 34;
const HEIGHT = 300;

/** Times (in the unit of each line) by size, both on logarithmic axes. */
export function lineChart(title: string, sizeName: string, lines: readonly Line[]): string {
  const inMicroseconds = lines.map(({ name, unit, points }) => ({
    name,
    points: points
      .map(({ size, value }) => ({ size, value: unit === "ms" ? 1000 * value : value }))
      .filter(({ value }) => value > 0),
  }));
  const all = inMicroseconds.flatMap(({ points }) => points);
  const [xFrom, xTo] = decades(all.map(({ size }) => size));
  const [yFrom, yTo] = decades(all.map(({ value }) => value));
  const x = (size: number) => LEFT + (WIDTH * (Math.log10(size) - xFrom)) / (xTo - xFrom);
  const y = (value: number) => TOP + HEIGHT - (HEIGHT * (Math.log10(value) - yFrom)) / (yTo - yFrom);
  const grid = { stroke: GREY, "stroke-opacity": 0.25 };
  const parts: string[] = [];
  for (let decade = xFrom; decade <= xTo; decade++) {
    const at = x(10 ** decade);
    parts.push(
      element("line", { x1: at, x2: at, y1: TOP, y2: TOP + HEIGHT, ...grid }),
      text(at, TOP + HEIGHT + 16, (10 ** decade).toLocaleString("en"), { "text-anchor": "middle" }),
    );
  }
  for (let decade = yFrom; decade <= yTo; decade++) {
    const at = y(10 ** decade);
    parts.push(
      element("line", { x1: LEFT, x2: LEFT + WIDTH, y1: at, y2: at, ...grid }),
      text(LEFT - 8, at + 4, duration(10 ** decade), { "text-anchor": "end" }),
    );
  }
  parts.push(text(LEFT + WIDTH / 2, TOP + HEIGHT + 34, sizeName, { "text-anchor": "middle" }));
  for (const [i, { name, points }] of inMicroseconds.entries()) {
    const stroke = SERIES[i % SERIES.length]!;
    const path = points.map(({ size, value }) => `${x(size).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
    const legend = TOP + 14 + 20 * i;
    parts.push(
      element("polyline", { points: path, fill: "none", stroke, "stroke-width": 2 }),
      ...points.map(({ size, value }) =>
        element("circle", { cx: x(size), cy: y(value), r: 3, fill: stroke }),
      ),
      element("rect", { x: LEFT + WIDTH + 16, y: legend - 10, width: 11, height: 11, fill: stroke }),
      text(LEFT + WIDTH + 34, legend, name),
    );
  }
  return document(title, LEFT + WIDTH + 240, TOP + HEIGHT + 44, parts);
}

/** The powers of ten around the values. */
function decades(values: readonly number[]): [number, number] {
  const from = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const to = Math.ceil(Math.log10(Math.max(...values)) - 1e-9);
  return [from, Math.max(to, from + 1)];
}
