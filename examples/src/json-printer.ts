/** How to mark the parts of the output; each gets the text and gives it back, coloured or not. */
export interface JsonColors {
  key(text: string): string;
  string(text: string): string;
  literal(text: string): string;
}

const plain: JsonColors = { key: (text) => text, string: (text) => text, literal: (text) => text };

/** Prints JSON indented and in colours while it grows, piece by piece, however it was written. */
export class JsonPrinter {
  readonly #write: (text: string) => void;
  readonly #colors: JsonColors;
  /** One closing bracket for each open object or array. */
  readonly #open: string[] = [];
  #inString = false;
  #afterBackslash = false;
  /** Just after `{` or `[`: nothing is inside yet, so the line is not broken yet. */
  #empty = false;
  /** The next string is a key. */
  #key = false;

  constructor(write: (text: string) => void, colors: JsonColors = plain) {
    this.#write = write;
    this.#colors = colors;
  }

  push(text: string): void {
    for (const character of text) {
      if (this.#inString) this.#insideString(character);
      else this.#outsideString(character);
    }
  }

  #insideString(character: string): void {
    this.#write((this.#key ? this.#colors.key : this.#colors.string)(character));
    if (this.#afterBackslash) this.#afterBackslash = false;
    else if (character === "\\") this.#afterBackslash = true;
    else if (character === '"') this.#inString = false;
  }

  #outsideString(character: string): void {
    if (" \t\r\n".includes(character)) return;
    if (character === "}" || character === "]") this.#close(character);
    else if (character === ",") this.#comma();
    else if (character === ":") this.#colon();
    else this.#startOfValue(character);
  }

  #startOfValue(character: string): void {
    if (this.#empty) this.#newLine();
    this.#empty = false;
    if (character === '"') {
      this.#inString = true;
      this.#write((this.#key ? this.#colors.key : this.#colors.string)(character));
    } else if (character === "{" || character === "[") {
      this.#open.push(character === "{" ? "}" : "]");
      this.#empty = true;
      this.#key = character === "{";
      this.#write(character);
    } else {
      this.#write(this.#colors.literal(character));
    }
  }

  #close(character: string): void {
    this.#open.pop();
    if (!this.#empty) this.#newLine();
    this.#empty = false;
    this.#write(character);
  }

  #colon(): void {
    this.#key = false;
    this.#write(": ");
  }

  #comma(): void {
    this.#write(",");
    this.#newLine();
    this.#key = this.#open.at(-1) === "}";
  }

  #newLine(): void {
    this.#write(`\n${"  ".repeat(this.#open.length)}`);
  }
}
