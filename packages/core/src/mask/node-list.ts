import { NO_TOKENS } from "./token-mask.js";

/** A growing list of trie nodes or states, or of what belongs to them, reused. */
export class NodeList {
  length = 0;
  private nodes = NO_TOKENS;

  push(node: number): void {
    if (this.length === this.nodes.length) {
      const nodes = new Int32Array(Math.max(this.length * 2, 16));
      nodes.set(this.nodes);
      this.nodes = nodes;
    }
    this.nodes[this.length++] = node;
  }

  copy(): Int32Array {
    return this.length === 0 ? NO_TOKENS : this.nodes.slice(0, this.length);
  }
}
