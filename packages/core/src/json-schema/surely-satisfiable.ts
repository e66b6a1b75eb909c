/**
 * Schemas that some value surely matches, told from their keywords alone: by one of a few sample values, or by their form
 * and the schemas that this needs. Most schemas are of this kind; the others are for `Satisfiability` to decide.
 */
import { type Form, Forms } from "./forms.js";
import type { SchemaNode } from "./position.js";
import { type SampleContext, Samples } from "./samples.js";
import type { SchemaSet } from "./schema-set.js";
import { surelyOf } from "./truths.js";

/** After so many looks, what is left is for `Satisfiability`. */
const MAX_LOOKS = 100_000;

/** Longer chains of references that stand alone are left to it, too. */
const MAX_REFERENCES = 100;

/** A schema on the search's path. */
interface Visit {
  readonly node: SchemaNode;
  readonly form: Form;
  /** The list that is being tried, and how many of its schemas have a value. */
  option: number;
  shown: number;
}

export class SurelySatisfiable {
  private readonly schemas: SchemaSet;
  private readonly samples: Samples;
  private readonly forms: Forms;
  /** By the numbers of schema nodes. */
  private readonly sure: (boolean | undefined)[] = [];
  private looks = 0;

  constructor(context: SampleContext) {
    this.schemas = context.schemas;
    this.samples = new Samples(context);
    this.forms = new Forms(context);
  }

  /** Whether some value surely matches; false says nothing. The path is on the heap: schemas may be of any depth. */
  has(root: SchemaNode): boolean {
    const path: Visit[] = [];
    let answer = this.look(root, path);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      if (answer === true) top.shown++;
      else if (answer === false) {
        top.option++;
        top.shown = 0;
      }
      const needed = top.form[top.option];
      const next = needed?.[top.shown];
      if (next !== undefined) {
        answer = this.look(next, path);
        continue;
      }
      answer = needed !== undefined;
      this.sure[top.node.id] = answer;
      path.pop();
    }
    return answer === true;
  }

  /** Undefined: it depends on others, and is now the last on the path. */
  private look(from: SchemaNode, path: Visit[]): boolean | undefined {
    const node = this.destination(from);
    if (node === undefined) return false;
    const { id } = node;
    const known = this.sure[id];
    if (known !== undefined) return known;
    if (++this.looks > MAX_LOOKS) return false;
    const matches = surelyOf(this.samples.truthsOf(node)) !== 0;
    // What leads to itself is not shown by that.
    this.sure[id] = matches;
    if (matches) return true;
    path.push({ node, form: this.forms.of(node), option: 0, shown: 0 });
    return undefined;
  }

  /** Where references that stand alone lead; undefined: very far, or to themselves. */
  private destination(node: SchemaNode): SchemaNode | undefined {
    let at = node;
    for (let references = 0; references < MAX_REFERENCES; references++) {
      const { only } = at.position;
      if (only === undefined || !only.keyword.isReference) return at;
      at = this.schemas.targetOf(at, only);
    }
    return undefined;
  }
}
