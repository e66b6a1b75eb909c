import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, totalmem } from "node:os";

/** Where and with what a measurement was made; nothing that names the machine itself. */
export function describeMachine(): Readonly<Record<string, string | number>> {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${arch()}`,
    node: process.versions.node,
    grammask: coreVersion(),
  };
}

/** The version of the engine that is measured. */
export function coreVersion(): string {
  const file = createRequire(import.meta.url).resolve("@grammask/core/package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** Today, as results note it. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
