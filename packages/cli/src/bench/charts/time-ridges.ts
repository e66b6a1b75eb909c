import type { Distribution, Histogram } from "../distribution.js";
import { document, duration, element, GREY, SERIES, text } from "./svg.js";

export interface Ridge {
  readonly name: string;
  readonly distribution: Distribution;
  readonly histogram: Histogram;
}

const LEFT = 150;
const WIDTH = 620;
const TOP = 34;
const ROW = 64;
/** Of a row, what the highest bin takes. */
const PEAK = 38;

/** The distributions of times one under the other, on a logarithmic axis; each with its median, p99 and maximum. */
export function timeRidges(title: string, ridges: readonly Ridge[]): string {
  const shown = ridges.filter(({ histogram }) => histogram.counts.length > 0);
  const lowest = Math.min(
    ...shown.map(({ histogram: { first, perDecade } }) => Math.floor(first / perDecade)),
  );
  const highest = Math.max(
    ...shown.map(({ histogram: { first, perDecade, counts } }) =>
      Math.ceil((first + counts.length) / perDecade),
    ),
  );
  const [from, to] = shown.length > 0 ? [lowest, highest] : [0, 1];
  const x = (decades: number) => LEFT + ((decades - from) / (to - from)) * WIDTH;
  const bottom = TOP + ROW * shown.length;
  const parts: string[] = [];
  for (let decade = from; decade <= to; decade++) {
    const at = x(decade);
    parts.push(
      element("line", { x1: at, x2: at, y1: TOP, y2: bottom, stroke: GREY, "stroke-opacity": 0.25 }),
      text(at, bottom + 16, duration(10 ** decade), { "text-anchor": "middle" }),
    );
  }
  for (const [row, { name, distribution, histogram }] of shown.entries()) {
    const base = TOP + ROW * (row + 1) - 16;
    const color = SERIES[row % SERIES.length]!;
    const { first, perDecade, counts } = histogram;
    const most = Math.max(...counts);
    const path = [`M${round(x(first / perDecade))} ${base}`];
    for (const [i, count] of counts.entries()) {
      path.push(`V${round(base - (PEAK * count) / most)}`, `H${round(x((first + i + 1) / perDecade))}`);
    }
    path.push(`V${base}Z`);
    parts.push(
      text(LEFT - 12, base, name, { "text-anchor": "end" }),
      element("path", { d: path.join(""), fill: color, "fill-opacity": 0.75 }),
    );
    const marks = [
      ["p50", distribution.p50],
      ["p99", distribution.p99],
      ["max", distribution.max],
    ] as const;
    let last = Number.NEGATIVE_INFINITY;
    for (const [mark, value] of marks) {
      const at = x(Math.log10(Math.max(value, 0.01)));
      parts.push(
        element("line", { x1: at, x2: at, y1: base - 6, y2: base + 3, stroke: color, "stroke-width": 2 }),
      );
      // Where two marks are close together the second one's text moves to the right of the first one's.
      last = Math.max(at, last + 86);
      parts.push(
        text(last, base + 13, `${mark} ${duration(value)}`, { "text-anchor": "middle", "font-size": 10 }),
      );
    }
  }
  return document(title, LEFT + WIDTH + 50, bottom + 26, parts);
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
