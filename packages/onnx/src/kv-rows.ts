import type { Tensor, TensorConstructor } from "onnxruntime-node";
import type { GraphContract } from "./graph.js";
import type { Feeds, KvCache } from "./kv-cache.js";

/** Rows that a buffer grows by at least. */
const SMALLEST_GROWTH = 32;
/** Memory up to this many bytes is kept for the next sequence where there is none: making it anew costs as much as filling it. */
const KEPT_BYTES = 1 << 24;

/** Rows of a sequence one after the other, `[heads][rows][head size]`; numbers, or float16 as bits. */
export interface KvRows {
  readonly rows: number;
  readonly data: Float32Array | Uint16Array;
}

/** Where all rows lie: `[past input][slot][head][capacity][head size]`. */
interface Layout {
  /** Numbers, or float16 as bits; may be longer than the rows need. */
  readonly buffer: Float32Array | Uint16Array;
  /** Sequences that there is room for. */
  readonly slots: number;
  /** Rows that there is room for, of each sequence. */
  readonly capacity: number;
  /** By the first slot, then by how many: the past inputs. */
  readonly views: (readonly Tensor[])[][];
}

/**
 * The caches of sequences of a packed graph, which reads past buffers of any size and gives the new rows alone. These are
 * written into buffers that live as long as the sequences: a step copies its own rows only, and rolling back moves a number.
 *
 * The buffers are as large as needed, grow by an eighth, and shrink behind long sequences: attention reads whole buffers, so
 * that spare room costs time in every step, while growing costs one copy. Rows behind a sequence's own may hold anything that is a number.
 *
 * Each sequence has a slot. The used slots are the first ones, side by side in each past input, so that a view of the
 * buffer is the past of one sequence, or of all for a step that they take together.
 */
export class RowBuffers {
  readonly #contract: GraphContract;
  readonly #tensor: TensorConstructor;
  readonly #contextLength: number;
  readonly #headSize: number;
  /** For each head of all past inputs: how many heads are in the inputs before its own, and its place in its own. */
  readonly #headsBefore: number[] = [];
  readonly #headIn: number[] = [];
  readonly #headsOfInput: number[] = [];
  #layout: Layout;
  /** By slot. */
  readonly #caches: RowsKvCache[] = [];
  /** Steps under way, and the sequences that have ended meanwhile. */
  #steps = 0;
  readonly #ended: RowsKvCache[] = [];

  constructor(contract: GraphContract, tensor: TensorConstructor, contextLength: number) {
    this.#contract = contract;
    this.#tensor = tensor;
    this.#contextLength = contextLength;
    this.#headSize = contract.past[0]!.headSize;
    this.#layout = emptyLayout(newBuffer(contract.pastType, 0));
    let before = 0;
    for (const { heads } of contract.past) {
      for (let head = 0; head < heads; head++) {
        this.#headsBefore.push(before);
        this.#headIn.push(head);
        this.#headsOfInput.push(heads);
      }
      before += heads;
    }
  }

  /** A new sequence's cache; `dispose` frees its slot. */
  newCache(): RowsKvCache {
    const cache = new RowsKvCache(this);
    this.#caches.push(cache);
    if (this.#caches.length > this.#layout.slots) {
      this.#allocate(this.#caches.length, Math.max(this.#layout.capacity, SMALLEST_GROWTH));
    }
    return cache;
  }

  /** Rows that there is room for, of each sequence. */
  get capacity(): number {
    return this.#layout.capacity;
  }

  /** Where a sequence's rows lie. */
  slotOf(cache: RowsKvCache): number {
    return this.#caches.indexOf(cache);
  }

  /** The sequences from the first to the last of some, in the order of their slots. */
  range(caches: readonly RowsKvCache[]): readonly RowsKvCache[] {
    const slots = caches.map((cache) => this.#caches.indexOf(cache));
    return this.#caches.slice(Math.min(...slots), Math.max(...slots) + 1);
  }

  /** Adds the past of some sequences that lie side by side. */
  feed(caches: readonly RowsKvCache[], feeds: Feeds): void {
    const layout = this.#layout;
    const first = this.#caches.indexOf(caches[0]!);
    layout.views[first] ??= [];
    layout.views[first][caches.length] ??= this.#makeViews(first, caches.length);
    const views = layout.views[first][caches.length]!;
    this.#contract.past.forEach(({ input }, i) => {
      feeds[input] = views[i]!;
    });
  }

  /** Writes the new rows of a sequence: those of `rows` of a step's tokens, from the one at `first` on. */
  write(cache: RowsKvCache, newRows: Tensor, first: number, rows: number): void {
    this.reserve(cache.length + rows);
    const { buffer } = this.#layout;
    const slot = this.#caches.indexOf(cache);
    const source = bits(newRows);
    const heads = this.#headIn.length;
    const size = this.#headSize;
    for (let head = 0; head < heads; head++) {
      // Rows are short: copying number by number is faster than making views of them.
      let to = this.#at(slot, head, cache.length);
      for (let row = first; row < first + rows; row++) {
        let from = (row * heads + head) * size;
        for (const end = to + size; to < end; to++, from++) {
          buffer[to] = source[from]!;
        }
      }
    }
  }

  /** A copy of a sequence's rows: so many from one on. */
  copy(cache: RowsKvCache, first: number, rows: number): KvRows {
    const { buffer } = this.#layout;
    const heads = this.#headIn.length;
    const chunk = rows * this.#headSize;
    const data = newBuffer(this.#contract.pastType, heads * chunk);
    const slot = this.#caches.indexOf(cache);
    for (let head = 0; head < heads; head++) {
      const from = this.#at(slot, head, first);
      data.set(buffer.subarray(from, from + chunk), head * chunk);
    }
    return { rows, data };
  }

  /** Writes copied rows as those of a sequence from one on; there is room for them. */
  paste(cache: RowsKvCache, first: number, { rows, data }: KvRows): void {
    const { buffer } = this.#layout;
    const slot = this.#caches.indexOf(cache);
    const size = rows * this.#headSize;
    for (let head = 0; head < this.#headIn.length; head++) {
      buffer.set(data.subarray(head * size, (head + 1) * size), this.#at(slot, head, first));
    }
  }

  /** While a step is under way, which reads the buffers as they are, no slot is given to another sequence. */
  async during<T>(step: () => Promise<T>): Promise<T> {
    this.#steps++;
    try {
      return await step();
    } finally {
      this.#steps--;
      if (this.#steps === 0) {
        for (const cache of this.#ended.splice(0)) {
          this.#free(cache);
        }
      }
    }
  }

  /** Frees a sequence's slot, after the steps that are under way. */
  free(cache: RowsKvCache): void {
    if (this.#steps > 0) {
      this.#ended.push(cache);
    } else {
      this.#free(cache);
    }
  }

  /** The last sequence moves to the slot. */
  #free(cache: RowsKvCache): void {
    const slot = this.#caches.indexOf(cache);
    const last = this.#caches.length - 1;
    if (slot < 0) {
      return;
    }
    const moved = this.#caches[last]!;
    if (last === 0) {
      const { buffer } = this.#layout;
      const isKept = buffer.byteLength <= KEPT_BYTES;
      this.#layout = emptyLayout(isKept ? buffer : newBuffer(this.#contract.pastType, 0));
    } else if (slot < last) {
      const { buffer } = this.#layout;
      for (let head = 0; head < this.#headIn.length; head++) {
        const from = this.#at(last, head, 0);
        buffer.copyWithin(this.#at(slot, head, 0), from, from + moved.length * this.#headSize);
      }
    }
    this.#caches[slot] = moved;
    this.#caches.length = last;
    this.#shrink();
  }

  /** Where a row of a head lies. */
  #at(slot: number, head: number, row: number, { slots, capacity } = this.#layout): number {
    const place = this.#headsBefore[head]! * slots + slot * this.#headsOfInput[head]! + this.#headIn[head]!;
    return (place * capacity + row) * this.#headSize;
  }

  #makeViews(first: number, count: number): Tensor[] {
    const { buffer, slots, capacity: rows } = this.#layout;
    let before = 0;
    return this.#contract.past.map(({ heads, headSize }) => {
      const place = before * slots + first * heads;
      before += heads;
      const data = buffer.subarray(place * rows * headSize, (place + count * heads) * rows * headSize);
      return new this.#tensor(this.#contract.pastType, data, [count, heads, rows, headSize]);
    });
  }

  /** Makes room for so many rows of each sequence. */
  reserve(rows: number): void {
    const { slots, capacity } = this.#layout;
    if (rows > capacity) {
      this.#allocate(slots, this.#roomFor(rows));
    }
  }

  /** Rows that a buffer gets which needs so many now. */
  #roomFor(rows: number): number {
    const room = rows + Math.max(SMALLEST_GROWTH, rows >> 3);
    return Math.max(rows, Math.min(room, this.#contextLength));
  }

  /** Gives back what a long sequence has left: attention reads it for all others, in every step. */
  #shrink(): void {
    const { slots, capacity } = this.#layout;
    const room = this.#roomFor(Math.max(0, ...this.#caches.map(({ length }) => length)));
    if (slots > 0 && capacity > room + (room >> 2)) {
      this.#allocate(slots, room);
    }
  }

  /** Moves all rows to a layout of other sizes, either of which grows or only the capacity shrinks. */
  #allocate(slots: number, capacity: number): void {
    const old = this.#layout;
    const length = this.#headIn.length * slots * capacity * this.#headSize;
    // A step that is under way reads the memory as it is.
    const { length: room, byteLength } = old.buffer;
    const isWasted = byteLength > KEPT_BYTES && length < room >> 3;
    const isInPlace = this.#steps === 0 && length <= room && !isWasted;
    const buffer = isInPlace ? old.buffer : newBuffer(this.#contract.pastType, length + (length >> 2));
    this.#layout = { buffer, slots, capacity, views: [] };
    // In place, rows that move up do so from the last on and those that move down from the first on: none meets another.
    const isUp = slots * capacity >= old.slots * old.capacity;
    const inOrder = <T>(items: readonly T[]) => (isUp ? items.toReversed() : items);
    const caches = inOrder(this.#caches.map(({ length: rows }, slot) => ({ rows, slot })));
    let before = 0;
    const inputs = this.#contract.past.map(({ heads }) => {
      before += heads;
      return inOrder(Array.from({ length: heads }, (_, i) => before - heads + i));
    });
    for (const heads of inOrder(inputs)) {
      for (const { rows, slot } of caches) {
        for (const head of rows === 0 ? [] : heads) {
          const from = this.#at(slot, head, 0, old);
          const to = this.#at(slot, head, 0);
          const end = from + rows * this.#headSize;
          if (isInPlace) {
            buffer.copyWithin(to, from, end);
          } else {
            buffer.set(old.buffer.subarray(from, end), to);
          }
        }
      }
    }
  }
}

function emptyLayout(buffer: Layout["buffer"]): Layout {
  return { buffer, slots: 0, capacity: 0, views: [] };
}

/** The cache of one sequence in such buffers. */
export class RowsKvCache implements KvCache {
  length = 0;
  readonly canRollback = true;
  readonly buffers: RowBuffers;

  constructor(buffers: RowBuffers) {
    this.buffers = buffers;
  }

  /** Takes over the new rows of a step that succeeded: of `rows` tokens from the one at `first` on. */
  take(newRows: Tensor, first: number, rows: number): void {
    this.buffers.write(this, newRows, first, rows);
    this.length += rows;
  }

  rollback(rows: number): void {
    this.length -= rows;
  }

  /** A copy of so many rows from one on. */
  copyRows(first: number, rows: number): KvRows {
    return this.buffers.copy(this, first, rows);
  }

  /** Takes over copied rows behind its own, one piece after the other. */
  pasteRows(pieces: readonly KvRows[]): void {
    this.buffers.reserve(pieces.reduce((sum, { rows }) => sum + rows, this.length));
    for (const copied of pieces) {
      this.buffers.paste(this, this.length, copied);
      this.length += copied.rows;
    }
  }

  dispose(): void {
    this.buffers.free(this);
    this.length = 0;
  }
}

/** An array of the cache's element type: float16 is kept as its bits, which is all that moving rows needs. */
export function newBuffer(type: "float32" | "float16", length: number): Float32Array | Uint16Array {
  return type === "float32" ? new Float32Array(length) : new Uint16Array(length);
}

/** The tensor's numbers; float16 as bits, whatever array type this version of Node makes of it. */
export function bits(tensor: Tensor): Float32Array | Uint16Array {
  const { data } = tensor;
  if (data instanceof Float32Array || data instanceof Uint16Array) {
    return data;
  }
  const view = data as unknown as ArrayBufferView;
  return new Uint16Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength / 2);
}
