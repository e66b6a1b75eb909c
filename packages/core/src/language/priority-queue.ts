/** Values of one priority: those from `first` on. */
interface Bucket {
  readonly values: number[];
  first: number;
}

/**
 * A queue of integers by ascending priority. Among equal priorities the last one in comes out first; or the last one and the
 * first one by turns: then a search neither runs down an endless branch nor only widens, and takes at most twice the
 * steps of the better way.
 */
export class PriorityQueue {
  readonly #buckets = new Map<number, Bucket>();
  readonly #priorities: number[] = [];
  #takesLast = true;

  constructor(private readonly takesTurns = false) {}

  push(value: number, priority: number): void {
    const bucket = this.#buckets.get(priority);
    if (bucket) {
      bucket.values.push(value);
      return;
    }
    this.#buckets.set(priority, { values: [value], first: 0 });
    const heap = this.#priorities;
    let i = heap.push(priority) - 1;
    while (i > 0 && heap[(i - 1) >> 1]! > priority) {
      heap[i] = heap[(i - 1) >> 1]!;
      i = (i - 1) >> 1;
    }
    heap[i] = priority;
  }

  /** Removes a value of the lowest priority; -1 where there is none. */
  pop(): number {
    const heap = this.#priorities;
    if (heap.length === 0) return -1;
    const bucket = this.#buckets.get(heap[0]!)!;
    const value = this.#takesLast ? bucket.values.pop()! : bucket.values[bucket.first++]!;
    if (this.takesTurns) this.#takesLast = !this.#takesLast;
    if (bucket.first === bucket.values.length) {
      this.#buckets.delete(heap[0]!);
      this.#removeLowest();
    }
    return value;
  }

  #removeLowest(): void {
    const heap = this.#priorities;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= last) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}
