import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tiny } from "../test/tiny.js";
import { missingRuntime } from "./device.js";
import {
  DeviceError,
  InvalidRequestError,
  ModelFileError,
  ModelNotFoundError,
  UnsupportedModelError,
} from "./errors.js";
import { type LoadOptions, type LoadProgress, loadModel } from "./load.js";
import { loadRuntime } from "./runtime.js";

describe("loadModel", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "grammask-load-"));
    await cp(tiny("tiny-concat"), folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  function fails(options?: LoadOptions) {
    return expect(loadModel(folder, options)).rejects;
  }

  it("loads a folder and says what it took", async () => {
    const progress: LoadProgress[] = [];
    const model = await loadModel(folder, { progress: (each) => progress.push(each) });
    expect(model).toMatchObject({
      name: folder,
      directory: folder,
      dtype: "fp32",
      device: "cpu",
      contextLength: 256,
    });
    expect(progress).toEqual([{ stage: "load", path: join(folder, "onnx", "model.onnx") }]);
    await model.dispose();
  });

  it("loads float16 caches and logits", async () => {
    const model = await loadModel(folder, { dtype: "fp16", threads: 1 });
    expect(model.dtype).toBe("fp16");
    const { finishReason, value } = await model.generate({ prompt: "x", schema: { enum: ["name", "age"] } });
    expect(finishReason).toBe("complete");
    expect(["name", "age"]).toContain(value);
    await model.dispose();
  });

  it("takes the folder's graph where there is no folder onnx/", async () => {
    await copyFile(join(folder, "onnx", "model.onnx"), join(folder, "model.onnx"));
    await rm(join(folder, "onnx"), { recursive: true });
    await (await loadModel(folder)).dispose();
  });

  it("ends without a model of that name, path or type", async () => {
    await expect(loadModel("no-such-model")).rejects.toThrow(ModelNotFoundError);
    await expect(loadModel("no-such-model")).rejects.toThrow(/npm install @grammask\/model-no-such-model/);
    await expect(loadModel("./no/such/folder")).rejects.toThrow(/no folder .*no hub id/);
    await expect(loadModel("")).rejects.toThrow(InvalidRequestError);
    await fails({ dtype: "q4" }).toThrow(/"q4".*model\.onnx, model_fp16\.onnx/);
    await rm(join(folder, "onnx"), { recursive: true });
    await fails().toThrow(ModelNotFoundError);
  });

  it.each(["config.json", "tokenizer.json"])("names the missing file: %s", async (name) => {
    await rm(join(folder, name));
    await fails().toThrow(ModelFileError);
    await fails().toThrow(`${join(folder, name)}: the file is missing`);
  });

  it.each([
    ["config.json", "{", /not valid JSON/],
    ["config.json", "[]", /a JSON object is expected/],
    ["tokenizer.json", "{}", /tokenizer/],
    ["onnx/model.onnx", "not a model", /not an ONNX model/],
  ])("names the broken file: %s = %s", async (name, content, message) => {
    await writeFile(join(folder, name), content);
    await fails().toThrow(ModelFileError);
    await fails().toThrow(message);
    await fails().toThrow(join(folder, name));
  });

  it("names missing external data", async () => {
    await cp(tiny("tiny-rows"), folder, { recursive: true });
    await rm(join(folder, "onnx", "model_packed.onnx"));
    await rm(join(folder, "onnx", "model.onnx_data"));
    await fails().toThrow(ModelFileError);
    await fails().toThrow(/external data/);
  });

  it.each(["config.json", "onnx/model.onnx"])("names what cannot be read: %s", async (name) => {
    // A folder of that name: file permissions do not hold for root.
    await rm(join(folder, name));
    await mkdir(join(folder, name));
    await fails().toThrow(ModelFileError);
    await fails().toThrow(join(folder, name));
  });

  it("says so where no file names an end of sequence", async () => {
    await writeFile(join(folder, "config.json"), "{}");
    await rm(join(folder, "generation_config.json"));
    await writeFile(join(folder, "tokenizer_config.json"), "{}");
    await fails().toThrow(UnsupportedModelError);
  });

  it("says so where messages meet a model without a chat template", async () => {
    await writeFile(join(folder, "tokenizer_config.json"), "{}");
    const model = await loadModel(folder);
    const messages = [{ role: "user", content: "Hello" }];
    await expect(model.generate({ messages })).rejects.toThrow(
      /no chat template; give the text to continue as prompt/,
    );
    await model.dispose();
  });

  it("takes a chat template from its own file, and the default one of several", async () => {
    const messages = [{ role: "user", content: "Hello" }];
    const templates = [
      { name: "tool_use", template: "tools" },
      { name: "default", template: "{{ messages[0].content }}!" },
    ];
    await writeFile(join(folder, "tokenizer_config.json"), JSON.stringify({ chat_template: templates }));
    const first = await loadModel(folder);
    expect(first.renderChat(messages)).toBe("Hello!");
    await writeFile(join(folder, "chat_template.jinja"), "{{ messages[0].content }}?");
    const second = await loadModel(folder);
    expect(second.renderChat(messages)).toBe("Hello?");
    await Promise.all([first.dispose(), second.dispose()]);
  });

  it("refuses wrong options", async () => {
    await fails({ threads: 0 }).toThrow(/threads: 0/);
    await fails({ threads: 1.5 }).toThrow(InvalidRequestError);
    await fails({ dtype: "q5" as never }).toThrow(/dtype: "q5"/);
    await fails({ device: "gpu" as never }).toThrow(/device: "gpu" is not one of "cpu"/);
  });

  it.each(["cuda", "webgpu", "dml", "coreml"] as const)(
    "says what is missing for %s, where it is",
    async (device) => {
      const missing = missingRuntime(device, await loadRuntime());
      if (missing !== undefined) {
        await fails({ device }).toThrow(DeviceError);
        await fails({ device }).toThrow(`device "${device}" cannot be used: ${missing}`);
        expect(missing).toMatch(/use device "cpu" or "auto" here|ONNXRUNTIME_NODE_INSTALL=cuda12/);
      }
    },
  );

  it("works without busy waiting, alike", async () => {
    const texts = new Set<string>();
    for (const spinning of [true, false]) {
      const model = await loadModel(folder, { spinning, threads: 2 });
      texts.add((await model.generate({ prompt: "the", maxTokens: 5 })).text);
      await model.dispose();
    }
    expect(texts.size).toBe(1);
  });

  it("takes a device that works for auto", async () => {
    const model = await loadModel(folder, { device: "auto" });
    expect(["cpu", "cuda", "dml"]).toContain(model.device);
    await model.dispose();
  });
});
