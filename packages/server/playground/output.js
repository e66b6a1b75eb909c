// The output: tokens in colour, and what was possible at each.

const MEASURES = {
  doubt: (token) => 1 - token.confidence,
  removed: (token) => token.removed,
  refused: (token) => token.refused,
};

export class OutputView {
  #tokens;
  #detail;
  #data = [];
  #spans = [];
  #measure = "doubt";
  #shown = -1;

  /** @param {HTMLElement} tokens @param {HTMLElement} detail */
  constructor(tokens, detail) {
    this.#tokens = tokens;
    this.#detail = detail;
    const indexOf = (event) => this.#spans.indexOf(event.target);
    tokens.addEventListener("mouseover", (event) => this.#show(indexOf(event)));
    tokens.addEventListener("focusin", (event) => this.#show(indexOf(event)));
    tokens.addEventListener("keydown", (event) => this.#move(event));
  }

  clear() {
    this.#data = [];
    this.#spans = [];
    this.#shown = -1;
    this.#tokens.replaceChildren();
    this.#detail.replaceChildren(
      element(
        "p",
        "Hover over a token, or move with the arrow keys, to see what was allowed in its place and what was not.",
        "faint",
      ),
    );
  }

  /** A token with what was measured. */
  add(token) {
    const span = element("span", token.text, "token");
    span.role = "option";
    span.ariaSelected = "false";
    span.tabIndex = this.#spans.length === 0 ? 0 : -1;
    span.classList.toggle("forced", token.forced);
    this.#data.push(token);
    this.#spans.push(span);
    this.#colour(this.#spans.length - 1);
    this.#tokens.append(span);
  }

  /** Text without measurements, from an engine that has none. */
  addText(text) {
    this.#tokens.append(text);
  }

  colourBy(measure) {
    this.#measure = measure;
    for (const i of this.#spans.keys()) this.#colour(i);
  }

  #colour(i) {
    const heat = MEASURES[this.#measure](this.#data[i]);
    this.#spans[i].style.setProperty("--heat", heat.toFixed(3));
    this.#spans[i].classList.toggle("high", heat > 0.5);
  }

  #move(event) {
    const i = this.#spans.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? this.#spans.length - 1 : i + step;
    if (i < 0 || !(to in this.#spans)) return;
    event.preventDefault();
    this.#spans[to].focus();
  }

  #show(i) {
    if (i < 0 || i === this.#shown) return;
    const before = this.#spans[this.#shown] ?? this.#spans[0];
    before.ariaSelected = "false";
    before.tabIndex = -1;
    this.#shown = i;
    this.#spans[i].ariaSelected = "true";
    this.#spans[i].tabIndex = 0;
    const token = this.#data[i];
    const head = element("p");
    head.append(
      element("code", visible(token.text)),
      token.forced ? " was forced by the grammar: " : ": ",
      `${percent(token.probability)} before the mask, ${percent(token.masked_probability)} after it. ` +
        `The mask removed ${percent(token.removed)}, of it ${percent(token.refused)} from the first byte. ` +
        `The model meant it by ${percent(token.confidence)}.`,
    );
    const columns = element("div", "", "columns");
    columns.append(list("Allowed", token.allowed), list("Removed", token.removed_tokens));
    this.#detail.replaceChildren(head, columns);
  }
}

function list(title, alternatives) {
  const box = element("div");
  const items = element("ul");
  for (const { text, probability } of alternatives) {
    const item = element("li");
    item.style.setProperty("--share", probability.toFixed(4));
    item.append(element("span", percent(probability)), element("code", visible(text)));
    items.append(item);
  }
  if (alternatives.length === 0) items.append(element("li", "none"));
  box.append(element("p", title), items);
  return box;
}

/** @param {string} name */
export function element(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className !== "") made.className = className;
  return made;
}

function visible(text) {
  return text.replaceAll("\n", "⏎").replaceAll("\t", "⇥").replaceAll(/^ | $/g, "␣");
}

function percent(share) {
  return `${(100 * share).toFixed(share > 0 && share < 0.001 ? 3 : 1)} %`;
}
