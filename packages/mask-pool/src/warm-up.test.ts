import { Vocabulary } from "@grammask/core";
import { expect, it } from "vitest";
import { warmUp } from "./warm-up.js";

it("reads its outputs to the end", () => {
  const bytes = Array.from({ length: 257 }, (_, byte) => (byte < 256 ? Uint8Array.of(byte) : null));
  expect(() => warmUp(Vocabulary.fromBytes(bytes, { eosTokenIds: [256] }))).not.toThrow();
});
