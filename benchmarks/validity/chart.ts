interface Counts {
  readonly generations: number;
  readonly valid: number;
  readonly validWithoutFence: number;
}

/** Three bars as an SVG that reads well on light and dark pages. */
export function validityChart(constrained: Counts, free: Counts): string {
  const bars = [
    { label: "with the schema", share: constrained.valid / constrained.generations, color: "#2f9e63" },
    { label: "without", share: free.valid / free.generations, color: "#8a94a6" },
    {
      label: "without, code fence removed",
      share: free.validWithoutFence / free.generations,
      color: "#8a94a6",
    },
  ].filter(({ share }) => Number.isFinite(share));
  const [left, width, step] = [230, 360, 34];
  const rows = bars.map(({ label, share, color }, i) => {
    const y = 14 + i * step;
    const text = `fill="#8a94a6" font-family="system-ui, sans-serif" font-size="14"`;
    return [
      `  <text x="${left - 12}" y="${y + 16}" text-anchor="end" ${text}>${label}</text>`,
      `  <rect x="${left}" y="${y}" width="${width}" height="22" rx="4" fill="#8a94a6" fill-opacity="0.15"/>`,
      `  <rect x="${left}" y="${y}" width="${(width * share).toFixed(1)}" height="22" rx="4" fill="${color}"/>`,
      `  <text x="${left + width + 12}" y="${y + 16}" ${text}>${(100 * share).toFixed(1)} %</text>`,
    ].join("\n");
  });
  const height = 14 + bars.length * step;
  const title = "Share of outputs that are valid";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 ${height}" role="img" aria-label="${title}">
${rows.join("\n")}
</svg>
`;
}
