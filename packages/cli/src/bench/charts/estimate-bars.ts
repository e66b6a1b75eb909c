import { AMBER, document, element, GREEN, GREY, text } from "./svg.js";

export interface EstimateBar {
  readonly name: string;
  /** What stands behind the bar. */
  readonly label: string;
  readonly value: number;
  /** The interval around the value. */
  readonly low: number;
  readonly high: number;
}

const LEFT = 270;
const WIDTH = 380;
const TOP = 34;
const ROW = 30;

/** A bar for each estimate, this project's first, with its interval as a line. @param most the end of the axis */
export function estimateBars(title: string, bars: readonly EstimateBar[], most: number): string {
  const x = (value: number) => LEFT + (WIDTH * Math.min(value, most)) / most;
  const parts = bars.flatMap(({ name, label, value, low, high }, i) => {
    const y = TOP + ROW * i;
    const middle = y + 10;
    const line = { y1: middle, y2: middle, x1: x(low), x2: x(high), "stroke-width": 2 };
    return [
      text(LEFT - 12, y + 15, name, { "text-anchor": "end" }),
      element("rect", { x: LEFT, y, width: WIDTH, height: 20, rx: 3, fill: GREY, "fill-opacity": 0.12 }),
      element("rect", {
        x: LEFT,
        y,
        width: x(value) - LEFT,
        height: 20,
        rx: 3,
        fill: i === 0 ? GREEN : GREY,
      }),
      element("line", { ...line, stroke: AMBER }),
      text(LEFT + WIDTH + 12, y + 15, label),
    ];
  });
  return document(title, LEFT + WIDTH + 190, TOP + ROW * bars.length + 6, parts);
}
