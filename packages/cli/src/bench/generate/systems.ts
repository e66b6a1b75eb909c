import type { GenerateRequest } from "@grammask/onnx";
import type { Reading } from "./judge.js";
import type { EngineKind } from "./protocol.js";

/** A way to get a value from a text. */
export interface System {
  readonly name: string;
  readonly engine: EngineKind;
  /** Systems with the same one take turns in one process. */
  readonly process: string;
  /** Whether the engine is given the schema, besides the prompt. */
  readonly constrained: boolean;
  /** How its text is read; more than one makes as many rows. */
  readonly readings: readonly Reading[];
  /** For this project's own engine. */
  readonly options: Partial<GenerateRequest>;
  /** What varies between the ways of asking, with its level here. */
  readonly factors?: Readonly<Record<string, string>>;
}

const STRICT: readonly Reading[] = ["strict"];

/** This project as it is by default: what the others are compared with. */
export const OWN: System = {
  name: "grammask",
  engine: "grammask",
  process: "grammask",
  constrained: true,
  readings: STRICT,
  options: {},
};

/** The same model without a constraint, token by token as other loops do it; its text is parsed. */
export const FREE: System = {
  name: "free text",
  engine: "grammask",
  process: "free",
  constrained: false,
  readings: ["strict", "lenient"],
  options: { drafts: false },
};

/** The systems of packages that are installed when they are asked for. */
export const PEERS: readonly System[] = [
  {
    name: "transformers.js + structured-output",
    engine: "transformers",
    process: "transformers",
    constrained: true,
    readings: STRICT,
    options: {},
  },
  {
    name: "node-llama-cpp + its grammar",
    engine: "llama",
    process: "llama",
    constrained: true,
    readings: STRICT,
    options: {},
  },
];
