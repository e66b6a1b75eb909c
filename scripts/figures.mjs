// Prints the figures of the committed benchmark runs, with their date and machine: what the README shows.
import { readFileSync } from "node:fs";

/** @param {string} name */
const read = (name) =>
  JSON.parse(readFileSync(new URL(`../benchmarks/results/${name}.json`, import.meta.url), "utf8"));

/** @param {{ machine: Record<string, string | number> }} result */
const machineOf = ({ machine }) =>
  `${machine.date}, ${machine.cores} cores of ${machine.cpu}, Node ${machine.node}, onnxruntime ${machine.onnxruntime}`;

const validity = read("validity");
const { constrained, unconstrained, peakMemoryMiB } = validity.summary;
console.log(`validity (${machineOf(validity)})`);
console.log(
  `  with the schema     ${constrained.ended} of ${constrained.generations} ended by themselves, ${constrained.valid} of these valid`,
);
console.log(
  `  without             ${unconstrained.ended} of ${unconstrained.generations} ended, ${unconstrained.validWithoutFence} valid (a code fence taken off)`,
);
console.log(`  mask + accept       ${constrained.maskAndAcceptMicroseconds} µs a token on average`);
console.log(`  peak memory         ${peakMemoryMiB} MiB`);

const speed = read("speed");
console.log(`speed (${machineOf(speed)})`);
for (const { engine, tokensPerSecond } of speed.engines) {
  console.log(`  ${engine.padEnd(27)} ${tokensPerSecond} tokens/s`);
}
const { constrainedToFree, constrainedToTransformers } = speed.ratios;
console.log(
  `  with the schema: ${constrainedToFree} x without, ${constrainedToTransformers} x @huggingface/transformers`,
);
