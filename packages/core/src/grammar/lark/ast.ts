/** What a grammar in Lark's syntax says. */

/** What a rule with a parameter of 64 bits is used with: what a function makes of the own parameter of the rule around. */
export type Parameter = (parameter: bigint) => bigint;

/** Whether an alternative is there for a value of the parameter. */
export type Condition = (parameter: bigint) => boolean;

export type LarkExpression =
  | { readonly kind: "string"; readonly text: string; readonly ignoresCase: boolean; readonly offset: number }
  | { readonly kind: "regex"; readonly source: string; readonly flags: string; readonly offset: number }
  | { readonly kind: "range"; readonly from: string; readonly to: string; readonly offset: number }
  | { readonly kind: "name"; readonly name: string; readonly offset: number }
  /** A template with what its parameters stand for. */
  | {
      readonly kind: "use";
      readonly name: string;
      readonly args: readonly LarkExpression[];
      readonly offset: number;
    }
  /** A rule with a value of its parameter. */
  | {
      readonly kind: "apply";
      readonly name: string;
      readonly parameter: bigint | Parameter;
      readonly offset: number;
    }
  /** An alternative that is there for some values of the parameter of the rule around. */
  | {
      readonly kind: "if";
      readonly item: LarkExpression;
      readonly condition: Condition;
      readonly offset: number;
    }
  | { readonly kind: "token"; readonly written: string; readonly offset: number }
  | { readonly kind: "json"; readonly text: string; readonly offset: number }
  | { readonly kind: "structured"; readonly text: string; readonly offset: number }
  | { readonly kind: "sequence"; readonly items: readonly LarkExpression[]; readonly offset: number }
  | { readonly kind: "choice"; readonly items: readonly LarkExpression[]; readonly offset: number }
  | { readonly kind: "and"; readonly items: readonly LarkExpression[]; readonly offset: number }
  | { readonly kind: "not"; readonly item: LarkExpression; readonly offset: number }
  | {
      readonly kind: "repeat";
      readonly item: LarkExpression;
      readonly min: number;
      readonly max: number;
      readonly offset: number;
    };

/** The expression with others for its parts; itself where it has none. Arguments of a template are not parts. */
export function withParts(
  node: LarkExpression,
  change: (part: LarkExpression) => LarkExpression,
): LarkExpression {
  if ("items" in node) return { ...node, items: node.items.map(change) };
  return "item" in node ? { ...node, item: change(node.item) } : node;
}

/** Whether it, or a part of it at any depth, is such. */
export function hasPart(node: LarkExpression, isSuch: (part: LarkExpression) => boolean): boolean {
  if (isSuch(node)) return true;
  if ("items" in node) return node.items.some((part) => hasPart(part, isSuch));
  return "item" in node && hasPart(node.item, isSuch);
}

/** What stands in brackets behind a rule's name. */
export interface LarkAttributes {
  readonly capture?: string;
  readonly stopCapture?: string;
  readonly isLazy?: boolean;
  readonly stop?: LarkExpression;
  readonly suffix?: LarkExpression;
  readonly maxTokens?: number;
  readonly temperature?: number;
}

export interface LarkDefinition {
  readonly name: string;
  /** Of a template: what its uses replace. */
  readonly parameters: readonly string[];
  /** Whether it has a parameter of 64 bits: see `withoutParameters`. */
  readonly isParametric?: boolean;
  readonly body: LarkExpression;
  readonly attributes: LarkAttributes;
  readonly offset: number;
}

export interface LarkSource {
  readonly rules: ReadonlyMap<string, LarkDefinition>;
  readonly terminals: ReadonlyMap<string, LarkDefinition>;
  readonly ignored: readonly LarkExpression[];
  /** Of `%llguidance`. */
  readonly options: Readonly<Record<string, unknown>>;
}
