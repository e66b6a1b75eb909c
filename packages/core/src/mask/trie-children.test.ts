import { describe, expect, it } from "vitest";
import { Vocabulary } from "../index.js";
import { trieChildren } from "./trie-children.js";

describe("trieChildren", () => {
  it("finds the children that going through them finds, below nodes with few and with many", () => {
    const tokens: Uint8Array[] = [];
    for (let first = 0; first < 256; first += 3) {
      for (let second = 0; second < first; second += 7) tokens.push(Uint8Array.of(first, second));
      tokens.push(Uint8Array.of(first, 1, first));
    }
    const { trie } = Vocabulary.fromBytes(tokens, { eosTokenIds: [] });
    const children = trieChildren(trie);
    for (let node = 0; node < trie.size; node++) {
      const byBytes = (find: (byte: number) => number) =>
        Array.from({ length: 256 }, (_, byte) => find(byte));
      const found = byBytes((byte) => children.get(node, byte));
      const wrong = byBytes((byte) => trie.child(node, byte)).findIndex(
        (child, byte) => child !== found[byte],
      );
      if (wrong >= 0) expect.fail(`the child of ${node} along ${wrong}`);
    }
    expect(trieChildren(trie)).toBe(children);
  });
});
