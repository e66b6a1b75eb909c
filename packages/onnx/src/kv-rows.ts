import type { Tensor, TensorConstructor } from "onnxruntime-node";
import { type GraphContract, NEW_ROWS } from "./graph.js";
import type { Feeds, KvCache, Outputs } from "./kv-cache.js";

/** Rows that a buffer grows by at least. */
const SMALLEST_GROWTH = 32;

/** Rows of a sequence one after the other, `[heads][rows][head size]`; numbers, or float16 as bits. */
export interface KvRows {
  readonly rows: number;
  readonly data: Float32Array | Uint16Array;
}

/**
 * The caches of sequences of a packed graph, which reads past buffers of any size and gives the new rows alone, in `new_kv`.
 * The rows are written into buffers that live as long as the sequences: a step copies its own rows only, and rolling back
 * moves a number.
 *
 * The buffers are as large as needed and grow by an eighth: attention reads whole buffers, so that spare room costs time
 * in every step, while growing costs one copy. Rows behind a sequence's own may hold anything that is a number.
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
  /** `[past input][slot][head][capacity][head size]`; numbers, or float16 as bits. */
  #buffer: Float32Array | Uint16Array;
  #capacity = 0;
  #slots = 0;
  /** By slot. */
  readonly #caches: RowsKvCache[] = [];
  /** Steps under way, and the sequences that have ended meanwhile. */
  #steps = 0;
  readonly #ended: RowsKvCache[] = [];
  /** By the first slot, then by how many: the past inputs. */
  readonly #views: (readonly Tensor[])[][] = [];

  constructor(contract: GraphContract, tensor: TensorConstructor, contextLength: number) {
    this.#contract = contract;
    this.#tensor = tensor;
    this.#contextLength = contextLength;
    this.#headSize = contract.past[0]!.headSize;
    this.#buffer = newBuffer(contract.pastType, 0);
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
    if (this.#caches.length > this.#slots) {
      this.#allocate(this.#caches.length, Math.max(this.#capacity, SMALLEST_GROWTH));
    }
    return cache;
  }

  /** The sequences from the first to the last of some, in the order of their slots. */
  range(caches: readonly RowsKvCache[]): readonly RowsKvCache[] {
    const slots = caches.map((cache) => this.#caches.indexOf(cache));
    return this.#caches.slice(Math.min(...slots), Math.max(...slots) + 1);
  }

  /** Adds the past of some sequences that lie side by side. */
  feed(caches: readonly RowsKvCache[], feeds: Feeds): void {
    const first = this.#caches.indexOf(caches[0]!);
    this.#views[first] ??= [];
    this.#views[first][caches.length] ??= this.#makeViews(first, caches.length);
    const views = this.#views[first][caches.length]!;
    this.#contract.past.forEach(({ input }, i) => {
      feeds[input] = views[i]!;
    });
  }

  /** Writes the new rows of a sequence: `rows` of the step's tokens from the one at `first` on. */
  write(cache: RowsKvCache, newRows: Tensor, first: number, rows: number): void {
    this.reserve(cache.length + rows);
    const source = bits(newRows);
    const size = this.#headSize;
    const tokens = newRows.dims[1]!;
    const slot = this.#caches.indexOf(cache);
    for (let head = 0; head < this.#headIn.length; head++) {
      const from = (head * tokens + first) * size;
      this.#buffer.set(source.subarray(from, from + rows * size), this.#at(slot, head, cache.length));
    }
  }

  /** A copy of a sequence's rows: so many from one on. */
  copy(cache: RowsKvCache, first: number, rows: number): KvRows {
    const heads = this.#headIn.length;
    const chunk = rows * this.#headSize;
    const data = newBuffer(this.#contract.pastType, heads * chunk);
    const slot = this.#caches.indexOf(cache);
    for (let head = 0; head < heads; head++) {
      const from = this.#at(slot, head, first);
      data.set(this.#buffer.subarray(from, from + chunk), head * chunk);
    }
    return { rows, data };
  }

  /** Writes copied rows as those of a sequence from one on; there is room for them. */
  paste(cache: RowsKvCache, first: number, { rows, data }: KvRows): void {
    const slot = this.#caches.indexOf(cache);
    const size = rows * this.#headSize;
    for (let head = 0; head < this.#headIn.length; head++) {
      this.#buffer.set(data.subarray(head * size, (head + 1) * size), this.#at(slot, head, first));
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
      this.#buffer = newBuffer(this.#contract.pastType, 0);
      this.#capacity = 0;
      this.#slots = 0;
      this.#views.length = 0;
    } else if (slot < last) {
      for (let head = 0; head < this.#headIn.length; head++) {
        const from = this.#at(last, head, 0);
        this.#buffer.copyWithin(this.#at(slot, head, 0), from, from + moved.length * this.#headSize);
      }
    }
    this.#caches[slot] = moved;
    this.#caches.length = last;
  }

  /** Where a row of a head lies. */
  #at(slot: number, head: number, row: number): number {
    const place =
      this.#headsBefore[head]! * this.#slots + slot * this.#headsOfInput[head]! + this.#headIn[head]!;
    return (place * this.#capacity + row) * this.#headSize;
  }

  #makeViews(first: number, count: number): Tensor[] {
    const rows = this.#capacity;
    let before = 0;
    return this.#contract.past.map(({ heads, headSize }) => {
      const place = before * this.#slots + first * heads;
      before += heads;
      const data = this.#buffer.subarray(place * rows * headSize, (place + count * heads) * rows * headSize);
      return new this.#tensor(this.#contract.pastType, data, [count, heads, rows, headSize]);
    });
  }

  /** Makes room for so many rows of each sequence. */
  reserve(rows: number): void {
    if (rows > this.#capacity) {
      const room = rows + Math.max(SMALLEST_GROWTH, rows >> 3);
      this.#allocate(this.#slots, Math.max(rows, Math.min(room, this.#contextLength)));
    }
  }

  #allocate(slots: number, capacity: number): void {
    const size = this.#headSize;
    const old = this.#caches.map((cache) =>
      cache.length > 0 ? this.copy(cache, 0, cache.length) : undefined,
    );
    this.#buffer = newBuffer(this.#contract.pastType, this.#headIn.length * slots * capacity * size);
    this.#slots = slots;
    this.#capacity = capacity;
    this.#views.length = 0;
    old.forEach((copied, slot) => {
      if (copied !== undefined) {
        this.paste(this.#caches[slot]!, 0, copied);
      }
    });
  }
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
  take(outputs: Outputs, first: number, rows: number): void {
    this.buffers.write(this, outputs[NEW_ROWS]!, first, rows);
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
