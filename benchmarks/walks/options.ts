import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

export interface WalksOptions {
  readonly schemas: number;
  readonly walks: number;
  /** Files with the records of MaskBench; the walks over real schemas are left out where there are none. */
  readonly data: readonly string[];
  readonly dataWalks: number;
  readonly tokenizer: string;
  readonly eos: number;
  readonly patience: number;
  readonly seed: number;
  readonly threads: number;
  readonly limitMs: number;
  readonly json: string | undefined;
  readonly texts: string | undefined;
}

/** The bundled model's. */
const TOKENIZER = fileURLToPath(
  new URL("../../../models/smollm2-135m-instruct/tokenizer.json", import.meta.url),
);

const usage = `pnpm walks [--schemas 6500] [--walks 10] [--data FILE... --data-walks 100] [--json OUT] [--texts OUT]

Outputs drawn at random from the masks, over random schemas and over real ones: each must end, and be valid for validators
that are independent of this project. Ends with 1 where one is not, or where a walk cannot go on.
  --schemas N      random schemas
  --walks N        walks over each of them
  --data FILE      a .jsonl or .jsonl.gz file with MaskBench's records; the schemas that benchmarks/walks/ids.txt names
  --data-walks N   walks over each of these
  --tokenizer FILE a tokenizer.json (default: the bundled model's), with --eos ID (2); half of the walks use it,
                   the others a vocabulary of bytes
  --patience N     the most tokens that are drawn before an output is ended by its short completion (40)
  --seed N         the same seed gives the same walks (1)
  --threads N      (default: one for each core)
  --limit MS       the most time for one schema and its walks (60000)
  --json OUT       write all counts and failures
  --texts OUT      write the outputs with their schemas, for pnpm walks:python (.jsonl.gz)
`;

/** The options of the command line, or undefined where it asks for help. */
export function readOptions(args: readonly string[]): WalksOptions | undefined {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      schemas: { type: "string", default: "6500" },
      walks: { type: "string", default: "10" },
      data: { type: "string", multiple: true, default: [] },
      "data-walks": { type: "string", default: "100" },
      tokenizer: { type: "string", default: TOKENIZER },
      eos: { type: "string", default: "2" },
      patience: { type: "string", default: "40" },
      seed: { type: "string", default: "1" },
      threads: { type: "string", default: String(availableParallelism()) },
      limit: { type: "string", default: "60000" },
      json: { type: "string" },
      texts: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return undefined;
  }
  const count = (
    name: "schemas" | "walks" | "data-walks" | "eos" | "patience" | "seed" | "threads" | "limit",
    min: number,
  ) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < min)
      throw new Error(`--${name} must be a whole number from ${min}\n${usage}`);
    return value;
  };
  for (const file of [...values.data, values.tokenizer])
    if (!existsSync(file)) throw new Error(`${file}: there is no such file`);
  return {
    schemas: count("schemas", 0),
    walks: count("walks", 1),
    data: values.data,
    dataWalks: count("data-walks", 1),
    tokenizer: values.tokenizer,
    eos: count("eos", 0),
    patience: count("patience", 1),
    seed: count("seed", 0),
    threads: count("threads", 1),
    limitMs: count("limit", 1),
    json: values.json,
    texts: values.texts,
  };
}
