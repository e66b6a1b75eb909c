import type { Engine } from "./engine.js";

/**
 * Something that is made once for an engine, and goes with it.
 *
 * The engine itself keeps it. In a weak map from engines it would keep the engine, to which it refers, through V8's
 * scavenges, which take what an old weak map has for alive; so all grammars would grow old and wait for a full collection.
 */
export class Companion<Value> {
  private readonly make: () => Value;

  constructor(make: () => Value) {
    this.make = make;
  }

  of({ companions }: Engine): Value {
    let value = companions.get(this) as Value | undefined;
    if (value === undefined) {
      value = this.make();
      companions.set(this, value);
    }
    return value;
  }
}
