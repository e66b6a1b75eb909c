import type { KeywordPlace } from "../json-schema/report.js";

/** Something that a schema says and the target cannot. */
export interface ExportLoss {
  /** One sentence: what, and what the wider grammar lets through. */
  readonly reason: string;
  /** Where in the value, as a JSON Pointer in which `*` stands for items and for properties that have no name; `*` alone: not known. */
  readonly path: string;
  /** The keywords that say it, wherever the schema has them: some may be about another place of the value. */
  readonly places: readonly KeywordPlace[];
}

/** The schema says something that the target cannot; `losses` has every place. With `lossy: true` it is left out. */
export class ExportError extends Error {
  override readonly name = "ExportError";
  readonly code = "export-loss";
  readonly target: string;
  readonly losses: readonly ExportLoss[];

  constructor(target: string, losses: readonly ExportLoss[]) {
    const lines = losses.map(({ path, reason, places }) => {
      const keywords = places.map(({ pointer, keyword }) => `${pointer}/${keyword}`).join(", ");
      return `  ${path === "" ? "the value" : path === "*" ? "somewhere" : path}: ${reason}${keywords === "" ? "" : ` (${keywords})`}`;
    });
    super(
      `A ${target} grammar cannot say all of the schema; lossy: true leaves it out:\n${lines.join("\n")}`,
    );
    this.target = target;
    this.losses = losses;
  }
}
