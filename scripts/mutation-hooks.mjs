// Node with one built module made anew from a changed source: see mutation.mjs. Loaded by `--import`, in threads too.
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { mutant, mutated } from "./mutant.mjs";
import { at } from "./shared.mjs";

const built =
  mutant && pathToFileURL(at(mutant.file.replace("/src/", "/dist/").replace(/\.ts$/, ".js"))).href;

/** @type {import("node:module").LoadHook} */
export async function load(url, context, next) {
  if (mutant === undefined || url !== built) return next(url, context);
  const source = mutated(readFileSync(at(mutant.file), "utf8"), mutant);
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(source, { compilerOptions });
  return { format: "module", source: outputText, shortCircuit: true };
}

if (mutant !== undefined && !import.meta.url.includes("?hooks")) register(`${import.meta.url}?hooks`);
