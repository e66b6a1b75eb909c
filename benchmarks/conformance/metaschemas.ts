import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/**
 * The metaschemas of all drafts: their texts by URI. Tests refer to them; nothing is fetched, so a caller passes them
 * like any other document. They are read from the copies that come with Ajv.
 */
export function readMetaschemas(): Record<string, string> {
  const refs = join(dirname(require.resolve("ajv/package.json")), "dist", "refs");
  const draft4 = join(dirname(require.resolve("ajv-draft-04/package.json")), "dist", "refs");
  const files = [
    join(draft4, "json-schema-draft-04.json"),
    join(refs, "json-schema-draft-06.json"),
    join(refs, "json-schema-draft-07.json"),
    ...["json-schema-2019-09", "json-schema-2020-12"].flatMap((name) => [
      join(refs, name, "schema.json"),
      ...readdirSync(join(refs, name, "meta")).map((file) => join(refs, name, "meta", file)),
    ]),
  ];
  const schemas: Record<string, string> = {};
  for (const file of files.filter((name) => name.endsWith(".json"))) {
    const text = readFileSync(file, "utf8");
    const { $id, id = $id } = JSON.parse(text) as { $id?: string; id?: string };
    if (id === undefined) throw new Error(`${file} does not say its URI`);
    schemas[id.replace(/#$/, "")] = text;
  }
  return schemas;
}
