import type { ItemAutomaton } from "../automaton/context-free/item-automaton.js";
import type { ItemSetId } from "../automaton/context-free/item-sets.js";
import type { LexerState } from "../automaton/context-free/lexer.js";
import { LexicalSets } from "../automaton/context-free/lexical-sets.js";
import { checkTime, PairMemo } from "../language/index.js";
import type { ExitNodes } from "./exit-lists.js";
import type { LexerTable, LexerTables } from "./lexer-tables.js";
import type { TokenCollector } from "./token-collector.js";
import type { LayeredMask } from "./token-mask.js";

/** Where tokens go on that no lexer reads. */
export interface OtherTokens {
  /** Collects the tokens at and below a node whose byte is read in a set, whose terminals may have begun before. */
  from(node: number, set: ItemSetId, hasBegun: boolean): void;
}

/**
 * Collects the tokens of sets in which a lexer reads: by its tables, and from what follows in the grammar where terminals
 * end within a token.
 */
export class LexerMasks {
  readonly tables: LexerTables;
  private readonly automaton: ItemAutomaton;
  private readonly sets: LexicalSets;
  private readonly collector: TokenCollector;
  private readonly inside: LayeredMask[];
  private readonly others: OtherTokens;
  /** By list of states: whether all are live wherever that is. */
  private readonly sure = new Map<number, boolean>();
  /** By set and list of states: whether all are live. */
  private readonly live = new PairMemo();

  /** @param inside gets masks of which all tokens belong to those collected */
  constructor(
    automaton: ItemAutomaton,
    tables: LexerTables,
    collector: TokenCollector,
    inside: LayeredMask[],
    others: OtherTokens,
  ) {
    this.automaton = automaton;
    this.tables = tables;
    this.sets = new LexicalSets(automaton, tables.lexer);
    this.collector = collector;
    this.inside = inside;
    this.others = others;
  }

  /** Whether a lexer reads in a set. */
  reads(set: ItemSetId): boolean {
    return this.sets.stateOf(set) >= 0;
  }

  /** Collects the tokens below a node where the output is in a set in which a lexer reads. */
  below(node: number, set: ItemSetId): void {
    this.read(set, this.sets.stateOf(set), this.tables.childrenOf(node), true);
  }

  private read(set: ItemSetId, state: LexerState, nodes: ExitNodes, hasBegun: boolean): void {
    if (state === 0) return;
    checkTime();
    const table = this.tables.get(state, nodes, hasBegun);
    if (!this.isLive(set, table)) {
      this.readEach(set, nodes, hasBegun);
      return;
    }
    if (table.many !== undefined) this.inside.push(table.many);
    this.collector.addAll(table.few);
    const { sets, automaton } = this;
    for (const { ending, isWith, isAtStart, ids, nodes } of table.exits) {
      if (isWith) {
        // It is live, as all states on the way are.
        const ended = sets.ended(set, ending);
        this.collector.addAll(ids);
        this.follow(ended, nodes, true);
      } else {
        const behind = isAtStart ? automaton.endOf(set) : sets.behind(set, ending);
        if (behind !== 0) this.follow(behind, nodes, false);
      }
    }
  }

  private follow(set: ItemSetId, nodes: ExitNodes, hasBegun: boolean): void {
    const state = this.sets.stateOf(set);
    if (state >= 0) this.read(set, state, nodes, hasBegun);
    else this.readEach(set, nodes, hasBegun);
  }

  private readEach(set: ItemSetId, { nodes }: ExitNodes, hasBegun: boolean): void {
    for (let i = 0; i < nodes.length; i++) this.others.from(nodes[i] as number, set, hasBegun);
  }

  private isLive(set: ItemSetId, { states }: LexerTable): boolean {
    let isSure = this.sure.get(states.id);
    if (isSure === undefined) {
      isSure = this.sets.areSure(states.nodes);
      this.sure.set(states.id, isSure);
    }
    if (isSure) return true;
    let isLive = this.live.get(set, states.id);
    if (isLive < 0) {
      isLive = states.nodes.every((state) => this.sets.isLive(set, state)) ? 1 : 0;
      this.live.set(set, states.id, isLive);
    }
    return isLive === 1;
  }
}
