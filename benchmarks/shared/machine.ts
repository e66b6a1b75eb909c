import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, totalmem } from "node:os";

/** Where and with what a measurement was made; nothing that names the machine itself. */
export function describeMachine(): object {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${arch()}`,
    node: process.versions.node,
    onnxruntime: versionOf("onnxruntime-node"),
    grammask: versionOf("@grammask/core"),
  };
}

/** The version of a package as `@grammask/onnx` sees it. */
function versionOf(name: string): string {
  const require = createRequire(createRequire(import.meta.url).resolve("@grammask/onnx/package.json"));
  const manifest = readFileSync(require.resolve(`${name}/package.json`), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

/** The most memory that this process has held, in MiB. */
export function peakMemoryMiB(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}
