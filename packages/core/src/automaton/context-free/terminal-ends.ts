import { type ItemSetId, type ItemSets, WHOLE } from "./item-sets.js";
import type { Rules } from "./rules.js";
import type { SetBuilder } from "./set-builder.js";
import type { Terminal } from "./terminals.js";

/** What follows where terminals end. Behind what is ignored that is what was there before it. */
export class TerminalEnds {
  private readonly rules: Rules;
  private readonly sets: ItemSets;
  private readonly builder: SetBuilder;
  private readonly ignored: number | undefined;

  /** @param ignored the dot of what may stand between any two terminals that end at the longest */
  constructor(rules: Rules, sets: ItemSets, builder: SetBuilder, ignored: number | undefined) {
    this.rules = rules;
    this.sets = sets;
    this.builder = builder;
    this.ignored = ignored;
  }

  /** Adds to the set that is built what follows an item whose terminal ends. */
  end(set: ItemSetId, item: number): void {
    const { sets, builder, rules } = this;
    const dot = sets.scanDot(set, item);
    const origin = sets.scanOrigin(set, item);
    if (dot === this.ignored) builder.include(origin);
    else builder.advance(rules.next[dot] as number, sets.scanRule(set, item), origin);
  }

  /** The set that was built, with what is ignored where it may stand. */
  finish(): ItemSetId {
    // Where nothing can follow, nothing is ignored either.
    if (this.builder.isBetweenTerminals && this.builder.hasFresh) this.addIgnored();
    return this.builder.finish();
  }

  addIgnored(): void {
    const { ignored, builder, rules } = this;
    if (ignored === undefined) return;
    const { start } = rules.terminals[rules.terminal[ignored] as number] as Terminal;
    // A terminal that has begun does not go on behind it.
    builder.addOpen(ignored, start, WHOLE, builder.freshSet(ignored, start, WHOLE));
  }

  /**
   * The set behind a set of which some items end before the next byte; 0: none does, or nothing follows.
   * @param own the set itself where no byte has been read in it: what may be ignored there is in it already; otherwise 0
   */
  endBefore(set: ItemSetId, own: ItemSetId, ends: (item: number) => boolean): ItemSetId {
    const { sets, builder, ignored } = this;
    const count = sets.scanCount(set);
    let isOpen = false;
    let others = 0;
    let row: ItemSetId = 0;
    builder.begin();
    for (let i = 0; i < count; i++) {
      if (!ends(i)) continue;
      isOpen = true;
      if (sets.scanDot(set, i) === ignored) {
        row = sets.scanOrigin(set, i);
        if (row === own) isOpen = others > 0;
      } else {
        others++;
        this.end(set, i);
      }
    }
    if (!isOpen) return 0;
    if (others === 0) return row;
    if (row !== 0 && row !== own) builder.include(row);
    return this.finish();
  }

  /** The same where they end with the last byte. */
  endWith(set: ItemSetId, ends: (item: number) => boolean): ItemSetId {
    this.builder.begin();
    for (let i = 0; i < this.sets.scanCount(set); i++) if (ends(i)) this.end(set, i);
    return this.finish();
  }
}
