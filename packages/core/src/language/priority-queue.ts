/** A queue of integers by ascending priority; among equal priorities the last one in comes out first. */
export class PriorityQueue {
  readonly #buckets = new Map<number, number[]>();
  readonly #priorities: number[] = [];

  push(value: number, priority: number): void {
    const bucket = this.#buckets.get(priority);
    if (bucket) {
      bucket.push(value);
      return;
    }
    this.#buckets.set(priority, [value]);
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
    const value = bucket.pop()!;
    if (bucket.length === 0) {
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
