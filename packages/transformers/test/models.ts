import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { env, pipeline, type TextGenerationPipeline } from "@huggingface/transformers";

env.allowRemoteModels = false;

const fixtures = new URL("../../onnx/test/fixtures/", import.meta.url);

/** The folder of a tiny model. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(name, fixtures));
}

/** A pipeline on a tiny model of random weights: see packages/onnx/test/fixtures/build.py. */
export function tinyPipeline(): Promise<TextGenerationPipeline> {
  env.localModelPath = fileURLToPath(fixtures);
  return pipeline("text-generation", "tiny-concat", { dtype: "fp32", device: "cpu" });
}

/** A pipeline on the bundled model. */
export function bundledPipeline(): Promise<TextGenerationPipeline> {
  const require = createRequire(new URL("../../onnx/package.json", import.meta.url));
  const folder = dirname(require.resolve("@grammask/model-smollm2-135m-instruct/package.json"));
  env.localModelPath = dirname(folder);
  return pipeline("text-generation", basename(folder), { device: "cpu" });
}
