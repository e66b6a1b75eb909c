import { NodeList } from "./node-list.js";

/** States, each once, in the order in which they were added. */
export class StateList {
  private readonly states = new NodeList();
  /** By state: the number of the list that it was added to last. */
  private lists = new Int32Array(1024);
  private list = 1;

  add(state: number): void {
    if (state >= this.lists.length) {
      const lists = new Int32Array(2 ** Math.ceil(Math.log2(state + 1)));
      lists.set(this.lists);
      this.lists = lists;
    }
    if (this.lists[state] === this.list) return;
    this.lists[state] = this.list;
    this.states.push(state);
  }

  clear(): void {
    this.states.length = 0;
    this.list++;
  }

  copy(): Int32Array {
    return this.states.copy();
  }
}
