/** A plot of the load benchmark: throughput, and times at the median and the 99th percentile, by number of clients. */
export interface ChartLevel {
  readonly clients: number;
  readonly tokensPerSecond: number;
  readonly firstToken: { readonly p50: number; readonly p99: number };
  readonly perToken: { readonly p50: number; readonly p99: number };
}

const WIDTH = 230;
const HEIGHT = 160;
const GAP = 70;
const STYLE =
  "text{font:12px sans-serif;fill:#888}.t{font-weight:bold}.a{stroke:#1f77b4;fill:#1f77b4}.b{stroke:#ff7f0e;fill:#ff7f0e}path{fill:none!important;stroke-width:2}";

export function loadChart(levels: readonly ChartLevel[]): string {
  const panels = [
    panel("tokens per second", levels, [(level) => level.tokensPerSecond]),
    panel("time to first token, ms", levels, [
      ({ firstToken }) => firstToken.p50,
      ({ firstToken }) => firstToken.p99,
    ]),
    panel("time per token, ms", levels, [({ perToken }) => perToken.p50, ({ perToken }) => perToken.p99]),
  ];
  const width = panels.length * (WIDTH + GAP);
  const placed = panels.map(
    (each, i) => `<g transform="translate(${i * (WIDTH + GAP) + 50} 30)">${each}</g>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT + 75}"><style>${STYLE}</style>${placed.join("")}</svg>\n`;
}

type Value = (level: ChartLevel) => number;

function panel(title: string, levels: readonly ChartLevel[], values: readonly Value[]): string {
  const most = Math.max(...levels.flatMap((level) => values.map((value) => value(level)))) || 1;
  const x = (index: number) => (levels.length === 1 ? 0 : (index * WIDTH) / (levels.length - 1));
  const y = (value: number) => HEIGHT - (value / most) * HEIGHT;
  const lines = values.map((value, i) => {
    const points = levels.map((level, at) => `${x(at).toFixed(1)} ${y(value(level)).toFixed(1)}`);
    const label = values.length === 1 ? "" : ["p50", "p99"][i];
    const style = i === 0 ? "a" : "b";
    return `<path class="${style}" d="M${points.join("L")}"/><text x="${WIDTH + 4}" y="${y(value(levels.at(-1)!)) + 4}">${label}</text>`;
  });
  const axis = levels.map(
    ({ clients }, i) => `<text x="${x(i)}" y="${HEIGHT + 18}" text-anchor="middle">${clients}</text>`,
  );
  return [
    `<text class="t" y="-12">${title}</text>`,
    `<text x="-6" y="5" text-anchor="end">${most >= 100 ? Math.round(most) : most.toFixed(1)}</text>`,
    `<text x="-6" y="${HEIGHT + 4}" text-anchor="end">0</text>`,
    `<text x="${WIDTH / 2}" y="${HEIGHT + 36}" text-anchor="middle">clients</text>`,
    ...axis,
    ...lines,
  ].join("");
}
