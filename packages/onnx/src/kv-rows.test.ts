import { Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { GraphContract } from "./graph.js";
import type { Feeds } from "./kv-cache.js";
import { RowBuffers, type RowsKvCache } from "./kv-rows.js";

const HEADS = 2;
const SIZE = 4;
const CONTRACT: GraphContract = {
  past: ["key", "value"].map((part) => ({
    input: `past_key_values.0.${part}`,
    output: "new_rows",
    heads: HEADS,
    headSize: SIZE,
  })),
  pastType: "float32",
  packed: true,
  logitsType: "float32",
  vocabularySize: 8,
  idsType: "int64",
  attentionMask: undefined,
  positionIds: undefined,
  logitsToKeep: undefined,
  useCacheBranch: false,
};

/** A number of its own for each place of a sequence's rows. */
const value = (sequence: number, row: number, part: number, head: number, i: number) =>
  (((sequence * 1000 + row) * 2 + part) * HEADS + head) * SIZE + i;

/** What a step would give for rows of a sequence, behind so many of another. */
function newRows(sequence: number, from: number, rows: number, before: number): Tensor {
  const heads = CONTRACT.past.length * HEADS;
  const data = new Float32Array((before + rows) * heads * SIZE).fill(-1);
  for (let row = 0; row < rows; row++) {
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < SIZE; i++) {
        data[((before + row) * heads + head) * SIZE + i] = value(
          sequence,
          from + row,
          Math.floor(head / HEADS),
          head % HEADS,
          i,
        );
      }
    }
  }
  return new Tensor("float32", data, [before + rows, heads, SIZE]);
}

describe("buffers of rows", () => {
  const buffers = new RowBuffers(CONTRACT, Tensor, 1000);

  function take(cache: RowsKvCache, sequence: number, rows: number): void {
    cache.take(newRows(sequence, cache.length, rows, 3), 3, rows);
  }

  /** Whether what the graph is fed has the sequence's rows. */
  function check(cache: RowsKvCache, sequence: number): void {
    const feeds: Feeds = {};
    buffers.feed([cache], feeds);
    for (const [part, { input }] of CONTRACT.past.entries()) {
      const { data, dims } = feeds[input]!;
      expect(dims).toEqual([1, HEADS, buffers.capacity, SIZE]);
      let wrong = 0;
      for (let head = 0; head < HEADS; head++) {
        const at = head * buffers.capacity * SIZE;
        for (let i = 0; i < cache.length * SIZE; i++) {
          wrong += data[at + i] === value(sequence, Math.floor(i / SIZE), part, head, i % SIZE) ? 0 : 1;
        }
      }
      expect(wrong).toBe(0);
    }
  }

  it("are given back behind a long sequence, and what the others have stays", () => {
    const long = buffers.newCache();
    const short = buffers.newCache();
    const other = buffers.newCache();
    take(short, 1, 20);
    take(long, 0, 400);
    take(other, 2, 7);
    take(short, 1, 3);
    expect(buffers.capacity).toBeGreaterThanOrEqual(400);
    long.dispose();
    expect(buffers.capacity).toBeLessThan(80);
    check(short, 1);
    check(other, 2);
    take(other, 2, 200);
    check(short, 1);
    check(other, 2);
    short.dispose();
    expect(buffers.capacity).toBeLessThan(300);
    check(other, 2);
    other.dispose();
    expect(buffers.capacity).toBe(0);
  });

  it("keep each sequence's rows whatever comes, goes and grows, also while a step is under way", async () => {
    let seed = 3;
    const random = (below: number) => {
      seed = (seed * 48271) % 0x7fffffff;
      return seed % below;
    };
    const live = new Map<number, RowsKvCache>();
    for (let round = 0; round < 120; round++) {
      const change = () => {
        if (live.size === 0 || (live.size < 7 && random(4) === 0)) {
          live.set(round, buffers.newCache());
        }
        const [sequence, cache] = [...live][random(live.size)]!;
        if (random(8) === 0) {
          live.delete(sequence);
          cache.dispose();
        } else {
          take(cache, sequence, 1 + random(random(6) === 0 ? 120 : 12));
          cache.rollback(Math.min(random(4), cache.length));
        }
      };
      if (random(5) === 0) {
        await buffers.during(async () => {
          const feeds: Feeds = {};
          const all = buffers.range([...live.values()]);
          if (live.size > 0) buffers.feed(all, feeds);
          const before = Object.values(feeds).map(({ data }) => (data as Float32Array).slice());
          if (live.size > 0 && live.size < 7) live.set(round, buffers.newCache());
          expect(Object.values(feeds).map(({ data }) => data)).toEqual(before);
        });
      } else {
        change();
      }
      for (const [sequence, cache] of live) {
        check(cache, sequence);
      }
    }
    for (const cache of live.values()) cache.dispose();
    expect(buffers.capacity).toBe(0);
  });
});
