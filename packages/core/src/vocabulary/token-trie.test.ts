import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenBytesBuilder } from "./token-bytes.js";
import { TokenTrie } from "./token-trie.js";

function trieOf(tokens: readonly Uint8Array[]): TokenTrie {
  const builder = new TokenBytesBuilder(tokens.length);
  for (const token of tokens) {
    builder.pushBytes(token);
    builder.endToken();
  }
  return new TokenTrie(builder.build());
}

const key = (bytes: Iterable<number>) => [...bytes].join(" ");

/** Few different bytes, so that tokens share prefixes and repeat; 0 and 255 included. */
const vocabularies = fc.array(
  fc.array(fc.constantFrom(0, 1, 65, 127, 128, 255), { maxLength: 6 }).map((bytes) => Uint8Array.from(bytes)),
  { maxLength: 60 },
);

describe("TokenTrie", () => {
  it("holds every prefix once and every token at its node, as a map of byte strings does", () => {
    fc.assert(
      fc.property(vocabularies, (tokens) => {
        const ids = new Map<string, number[]>();
        const prefixes = new Set([""]);
        tokens.forEach((token, id) => {
          if (token.length === 0) return;
          ids.set(key(token), [...(ids.get(key(token)) ?? []), id]);
          for (let n = 1; n <= token.length; n++) prefixes.add(key(token.subarray(0, n)));
        });

        const trie = trieOf(tokens);
        expect(trie.size).toBe(prefixes.size);
        expect(trie.maxDepth).toBe(Math.max(0, ...tokens.map((token) => token.length)));
        const path: number[] = [];
        for (let node = 0; node < trie.size; node++) {
          path.length = Math.max(trie.depth[node]! - 1, 0);
          if (node > 0) path.push(trie.bytes[node]!);
          expect(prefixes.delete(key(path))).toBe(true);
          expect(trie.find(Uint8Array.from(path))).toBe(node);
          const found: number[] = [];
          for (let id = trie.tokens[node]!; id >= 0; id = trie.nextDuplicate[id]!) found.push(id);
          expect(found).toEqual(ids.get(key(path)) ?? []);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("has subtrees as ranges and children in increasing order", () => {
    fc.assert(
      fc.property(vocabularies, (tokens) => {
        const trie = trieOf(tokens);
        expect(trie.subtreeEnd[0]).toBe(trie.size);
        for (let node = 0; node < trie.size; node++) {
          let end = node + 1;
          let last = -1;
          for (let child = trie.firstChild(node); child >= 0; child = trie.nextChild(node, child)) {
            expect(child).toBe(end);
            expect(trie.depth[child]).toBe(trie.depth[node]! + 1);
            expect(trie.bytes[child]).toBeGreaterThan(last);
            expect(trie.child(node, trie.bytes[child]!)).toBe(child);
            last = trie.bytes[child]!;
            end = trie.subtreeEnd[child]!;
          }
          expect(trie.subtreeEnd[node]).toBe(end);
        }
      }),
    );
  });

  it("does not find what is not there", () => {
    const trie = trieOf(["ab", "b"].map((text) => new TextEncoder().encode(text)));
    expect([[97], [97, 98], [98]].map((bytes) => trie.find(Uint8Array.from(bytes)))).toEqual([1, 2, 3]);
    expect([[0], [99], [97, 99], [97, 98, 98]].map((bytes) => trie.find(Uint8Array.from(bytes)))).toEqual([
      -1, -1, -1, -1,
    ]);
    expect(trie.find(new Uint8Array())).toBe(0);
  });

  it("is only a root without tokens", () => {
    const trie = trieOf([]);
    expect([trie.size, trie.maxDepth, trie.firstChild(0)]).toEqual([1, 0, -1]);
  });

  it("takes very long tokens", () => {
    const long = new Uint8Array(200_000).fill(97);
    const trie = trieOf([long, long, long.subarray(1)]);
    expect(trie.size).toBe(200_001);
    expect([trie.tokens[200_000], trie.tokens[199_999], trie.nextDuplicate[0]]).toEqual([0, 2, 1]);
  });
});
