import type { Engine } from "./engine.js";

/**
 * Something that is made once for an engine, and goes with it.
 *
 * The engine itself keeps it. In a weak map from engines it would keep the engine, to which it refers, through V8's
 * scavenges, which take what an old weak map has for alive; so all grammars would grow old and wait for a full collection.
 */
export class Companion<Owner extends Engine, Value> {
  private readonly make: (engine: Owner) => Value;

  constructor(make: (engine: Owner) => Value) {
    this.make = make;
  }

  of(engine: Owner): Value {
    let value = engine.companions.get(this) as Value | undefined;
    if (value === undefined) {
      value = this.make(engine);
      engine.companions.set(this, value);
    }
    return value;
  }
}
