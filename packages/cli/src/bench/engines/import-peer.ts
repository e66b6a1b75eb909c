import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A module of an installed peer; its types are what the caller says. */
export async function importPeer<Module>(file: string): Promise<Module> {
  return (await import(pathToFileURL(file).href)) as Module;
}

export function peerVersion(peer: string, name: string): string {
  const manifest = readFileSync(join(peer, "node_modules", name, "package.json"), "utf8");
  return `${name} ${(JSON.parse(manifest) as { version: string }).version}`;
}
