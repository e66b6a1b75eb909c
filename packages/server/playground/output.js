// The output: tokens in colour, and what was possible at each.

/** @import { Alternative, Measure, PageToken } from "./types.js" */

/** @type {Readonly<Record<Measure, (token: PageToken) => number>>} */
const MEASURES = {
  doubt: (token) => 1 - token.confidence,
  removed: (token) => token.removed,
  refused: (token) => token.refused,
};

export class OutputView {
  #tokens;
  #detail;
  /** @type {PageToken[]} */
  #data = [];
  /** @type {HTMLElement[]} */
  #spans = [];
  /** @type {Measure} */
  #measure = "doubt";
  #shown = -1;

  /** @param {HTMLElement} tokens @param {HTMLElement} detail */
  constructor(tokens, detail) {
    this.#tokens = tokens;
    this.#detail = detail;
    /** @param {Event} event */
    const indexOf = ({ target }) => this.#spans.indexOf(/** @type {HTMLElement} */ (target));
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

  /** A token with what was measured. @param {PageToken} token */
  add(token) {
    const span = element("span", token.text, "token");
    span.role = "option";
    span.ariaSelected = "false";
    // Spaces and parts of characters would have no name.
    if (token.text.trim() === "") span.ariaLabel = spoken(token.text);
    span.tabIndex = this.#spans.length === 0 ? 0 : -1;
    span.classList.toggle("forced", token.forced);
    this.#data.push(token);
    this.#spans.push(span);
    this.#colour(this.#spans.length - 1);
    this.#tokens.append(span);
  }

  /** Text without measurements, from an engine that has none. @param {string} text */
  addText(text) {
    this.#tokens.append(text);
  }

  /** @param {Measure} measure */
  colourBy(measure) {
    this.#measure = measure;
    for (const i of this.#spans.keys()) this.#colour(i);
  }

  /** @param {number} i */
  #colour(i) {
    const [token, span] = [this.#data[i], this.#spans[i]];
    if (token === undefined || span === undefined) return;
    const heat = MEASURES[this.#measure](token);
    span.style.setProperty("--heat", heat.toFixed(3));
    span.classList.toggle("high", heat > 0.5);
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const i = this.#spans.indexOf(/** @type {HTMLElement} */ (event.target));
    const to = this.#spans[placeBehind(event.key, i, this.#spans.length)];
    if (i < 0 || to === undefined) return;
    event.preventDefault();
    to.focus();
  }

  /** @param {number} i */
  #show(i) {
    const [token, span] = [this.#data[i], this.#spans[i]];
    if (token === undefined || span === undefined || i === this.#shown) return;
    const before = this.#spans[this.#shown] ?? this.#spans[0];
    if (before !== undefined) {
      before.ariaSelected = "false";
      before.tabIndex = -1;
    }
    this.#shown = i;
    span.ariaSelected = "true";
    span.tabIndex = 0;
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

/**
 * Where a key leads to from one of so many places; -1: nowhere.
 *
 * @param {string} key @param {number} from @param {number} count
 */
function placeBehind(key, from, count) {
  switch (key) {
    case "Home":
      return 0;
    case "End":
      return count - 1;
    case "ArrowRight":
    case "ArrowDown":
      return from + 1;
    case "ArrowLeft":
    case "ArrowUp":
      return from - 1;
    default:
      return -1;
  }
}

/** @param {string} title @param {readonly Alternative[]} alternatives */
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

/** What a screen reader says of a token that cannot be read. @param {string} text */
function spoken(text) {
  if (text === "") return "part of a character";
  return text.includes("\n") ? "line break" : "space";
}

/** @param {string} text */
function visible(text) {
  return text.replaceAll("\n", "⏎").replaceAll("\t", "⇥").replaceAll(/^ | $/g, "␣");
}

/** @param {number} share */
function percent(share) {
  return `${(100 * share).toFixed(share > 0 && share < 0.001 ? 3 : 1)} %`;
}
