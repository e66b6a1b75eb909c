/** Shortest ends of outputs by breadth-first search: the slow truth that short completions are measured by. */
import { Step } from "../src/automaton/automaton.js";
import { ByteTrail } from "../src/automaton/byte-trail.js";
import type { Matcher } from "../src/index.js";
import { automatonOf } from "./automaton-of.js";

/** Equal for positions that go on alike: the config, and in a key or among items that must differ also the text. */
function identity(matcher: Matcher): string {
  const automaton = automatonOf(matcher.grammar);
  const { configs, frames } = automaton;
  const trail = new ByteTrail();
  const { bytes } = matcher;
  trail.reserve(bytes.length);
  trail.bytes.set(bytes);
  let state = configs.state(automaton.start);
  let parent = configs.parent(automaton.start);
  for (let i = 0; i < bytes.length; i++) {
    const step = automaton.advance(state, parent, bytes[i] as number, trail, i);
    if (step !== Step.Read) throw new Error("not an output");
    state = automaton.nextState;
    parent = automaton.nextParent;
  }
  let dependsOnText = frames.waitsForKey(configs.state(parent) >> 2);
  for (let at = parent; at !== 0; at = configs.parent(at)) {
    if (frames.waitsForItem(configs.state(at) >> 2)) dependsOnText = true;
  }
  return dependsOnText ? new TextDecoder("latin1").decode(bytes) : `${state},${parent}`;
}

/**
 * The least number of steps, each one of `tokens`, that end the output from where a matcher is; undefined if that takes
 * more than `atMost`, "unknown" if more than `maxPositions` positions would have to be looked at.
 */
export function leastSteps(
  matcher: Matcher,
  tokens: readonly number[],
  atMost: number,
  maxPositions: number,
): number | undefined | "unknown" {
  let level: Matcher[] = [matcher.clone()];
  const seen = new Set([identity(matcher)]);
  for (let steps = 0; steps <= atMost; steps++) {
    if (level.some((position) => position.isComplete)) return steps;
    if (steps === atMost) break;
    const next: Matcher[] = [];
    for (const position of level) {
      for (const token of tokens) {
        if (!position.accept(token)) continue;
        const id = identity(position);
        if (!seen.has(id)) {
          seen.add(id);
          next.push(position.clone());
          if (seen.size > maxPositions) return "unknown";
        }
        position.rollback(1);
      }
    }
    level = next;
  }
  return undefined;
}
