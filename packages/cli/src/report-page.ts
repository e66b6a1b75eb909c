import type { Alternative, GenerateResult, TokenPressure, ValuePressure } from "@grammask/onnx";

/** What a report page shows. */
export interface ReportPage {
  /** A result with a report. */
  readonly result: GenerateResult;
  readonly model: string;
  /** A token as it is shown. */
  readonly tokenText: (id: number) => string;
}

const style = `
:root { color-scheme: light dark; --text: light-dark(#1b1b1f, #e6e6ea); --back: light-dark(#fff, #17171b);
  --faint: light-dark(#5b5b66, #a3a3b0); --line: light-dark(#d4d4dc, #3b3b46); --panel: light-dark(#f4f4f8, #212128);
  --hot: light-dark(#ff9f7a, #a8431c); --focus: light-dark(#0b57d0, #8ab4ff); }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; color: var(--text); background: var(--back); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
.faint { color: var(--faint); }
pre { font: 1rem/1.9 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); border-radius: .4rem; padding: 1rem; }
.token { background: color-mix(in oklab, var(--hot) calc(var(--pressure) * 100%), transparent); border-radius: .2rem; padding: .1rem 0; box-shadow: inset -1px 0 var(--line); cursor: default; }
.token.high { text-decoration: underline; text-decoration-thickness: 2px; }
.token:focus-visible, .token.shown { outline: 2px solid var(--focus); outline-offset: 1px; }
#detail { position: sticky; bottom: 0; border: 1px solid var(--line); border-radius: .4rem; background: var(--panel); padding: .75rem 1rem; min-height: 9rem; }
#detail .columns { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
#detail p, #detail ul { margin: 0 0 .4rem; padding: 0; list-style: none; }
code { font-family: ui-monospace, monospace; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }`;

const script = `
const data = JSON.parse(document.getElementById("tokens").textContent);
const tokens = [...document.querySelectorAll(".token")];
const detail = document.getElementById("detail");
const percent = (x) => (100 * x).toFixed(x > 0 && x < 0.001 ? 3 : 1) + " %";
const element = (name, text, parent) => { const made = document.createElement(name); made.textContent = text; parent.append(made); return made; };
function list(title, alternatives, parent) {
  const box = element("div", "", parent);
  element("p", title, box);
  const items = element("ul", "", box);
  for (const [text, probability] of alternatives) {
    const item = element("li", percent(probability) + "  ", items);
    element("code", text, item);
  }
  if (alternatives.length === 0) element("li", "none", items);
}
function show(at) {
  tokens.forEach((token, i) => { token.classList.toggle("shown", i === at); token.tabIndex = i === at ? 0 : -1; });
  const token = data[at];
  detail.replaceChildren();
  const head = element("p", "", detail);
  element("code", token.text, head);
  head.append(token.forced ? " (forced by the grammar): " : ": ", percent(token.probability) + " before the mask, " + percent(token.masked) + " after it. ");
  head.append("Removed " + percent(token.removed) + ", of it refused from the first byte " + percent(token.refused) + ". The model meant it by " + percent(token.confidence) + ".");
  const columns = element("div", "", detail);
  columns.className = "columns";
  list("Allowed", token.alternatives, columns);
  list("Removed", token.removedTokens, columns);
}
tokens.forEach((token, i) => {
  token.addEventListener("mouseenter", () => show(i));
  token.addEventListener("focus", () => show(i));
  token.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? tokens.length - 1 : step && i + step;
    if (to !== undefined && tokens[to]) { event.preventDefault(); tokens[to].focus(); }
  });
});
document.getElementById("measure").addEventListener("change", (event) => {
  tokens.forEach((token, i) => {
    const pressure = event.target.value === "doubt" ? 1 - data[i].confidence : data[i][event.target.value];
    token.style.setProperty("--pressure", pressure.toFixed(3));
    token.classList.toggle("high", pressure > 0.5);
  });
});`;

/**
 * One page, without anything outside it, that shows what the grammar did to the model's choices: each token coloured by
 * the probability that the mask removed, with the alternatives on hovering or focus, and a table of the JSON values.
 */
export function reportPage({ result, model, tokenText }: ReportPage): string {
  const { usage, finishReason, report } = result;
  const tokens = report?.tokens ?? [];
  const data = tokens.map((token) => tokenData(token, tokenText));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Grammask report</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>What the grammar did to the model's choices</h1>
<p>${escapeHtml(model)}: ${usage.completionTokens} tokens, ${usage.forcedTokens} of them forced, ${usage.acceptedDraftTokens} guessed;
${usage.steps} steps of the model. Finish reason: ${finishReason}.</p>
<p><label>Colour by <select id="measure">
<option value="removed">probability that the mask removed</option>
<option value="refused">probability refused from the first byte</option>
<option value="doubt">how little the model meant the token</option>
</select></label> <span class="faint">Underlined: above one half. Hover over a token, or move with the arrow keys.</span></p>
<pre>${tokens.map((token, i) => tokenSpan(token, i, tokenText)).join("")}</pre>
<div id="detail" role="status" aria-live="polite"><p class="faint">The token's alternatives come here.</p></div>
${valueTable(report?.values ?? [])}
</main>
<script type="application/json" id="tokens">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>
<script>${script}</script>
</body>
</html>
`;
}

function tokenData(token: TokenPressure, tokenText: (id: number) => string): object {
  const named = (alternatives: readonly Alternative[]) =>
    alternatives.map(({ id, probability }) => [tokenText(id), rounded(probability)]);
  return {
    text: tokenText(token.id),
    forced: token.forced,
    probability: rounded(Math.exp(token.logprob)),
    masked: rounded(Math.exp(token.maskedLogprob)),
    removed: rounded(token.removed),
    refused: rounded(token.refused),
    confidence: rounded(token.confidence),
    alternatives: named(token.allowed),
    removedTokens: named(token.removedTokens),
  };
}

function tokenSpan(token: TokenPressure, index: number, tokenText: (id: number) => string): string {
  const high = token.removed > 0.5 ? " high" : "";
  const pressure = token.removed.toFixed(3);
  const title = `removed ${percent(token.removed)}, meant by ${percent(token.confidence)}`;
  return `<span class="token${high}" style="--pressure:${pressure}" tabindex="${index === 0 ? 0 : -1}" title="${title}">${escapeHtml(tokenText(token.id))}</span>`;
}

function valueTable(values: readonly ValuePressure[]): string {
  if (values.length === 0) return "";
  const rows = values.map(
    (value) => `<tr><td><code>${value.pointer === "" ? "(whole)" : escapeHtml(value.pointer)}</code></td>
<td>${value.doubtful ? "doubtful" : ""}</td><td class="number">${percent(value.confidence)}</td>
<td class="number">${value.removed.toFixed(2)}</td><td class="number">${value.refused.toFixed(2)}</td><td class="number">${value.tokens}</td></tr>`,
  );
  return `<h2>Values</h2>
<p class="faint">The confidence of a value is that of its least certain token; below one half it is doubtful. Removed and
refused are sums over its tokens.</p>
<div class="scroll"><table>
<thead><tr><th scope="col">JSON Pointer</th><th scope="col">Flag</th><th scope="col">Confidence</th><th scope="col">Removed</th><th scope="col">Refused</th><th scope="col">Tokens</th></tr></thead>
<tbody>${rows.join("\n")}</tbody>
</table></div>`;
}

function rounded(share: number): number {
  return Number(share.toPrecision(4));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
