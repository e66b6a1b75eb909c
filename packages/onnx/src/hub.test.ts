import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type HubServer, serveHub } from "../test/hub-server.js";
import { tiny } from "../test/tiny.js";
import { defaultCacheDirectory } from "./cache-directory.js";
import { DownloadError, InvalidRequestError, ModelNotFoundError } from "./errors.js";
import { type DownloadProgress, parseHubId } from "./hub.js";
import { type LoadOptions, type LoadProgress, loadModel } from "./load.js";

const REPO = "someone/tiny-model";

describe("a model of the hub", () => {
  let hub: HubServer;
  let cacheDirectory: string;
  beforeEach(async () => {
    hub = await serveHub(tiny("tiny-concat"), REPO);
    cacheDirectory = await mkdtemp(join(tmpdir(), "grammask-hub-"));
    vi.stubEnv("HF_TOKEN", undefined);
    vi.stubEnv("HF_ENDPOINT", undefined);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await hub.close();
    await rm(cacheDirectory, { recursive: true });
  });

  const load = (options: LoadOptions = {}, id = REPO) =>
    loadModel(id, { cacheDirectory, hubUrl: hub.url, ...options });

  async function loadAndUse(options?: LoadOptions): Promise<string> {
    const model = await load(options);
    const { value } = await model.generate({
      messages: [{ role: "user", content: "?" }],
      schema: { const: "the name" },
    });
    expect(value).toBe("the name");
    await model.dispose();
    return model.directory;
  }

  async function filesIn(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  }

  it("is downloaded with progress, only what is needed, and works offline afterwards", async () => {
    const progress: LoadProgress[] = [];
    const directory = await loadAndUse({ progress: (each) => progress.push(each) });
    expect(directory.startsWith(cacheDirectory)).toBe(true);
    expect((await filesIn(directory)).sort()).toEqual([
      ".grammask.json",
      "config.json",
      "generation_config.json",
      "model.onnx",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    const downloads = progress.filter((each): each is DownloadProgress => each.stage === "download");
    const ends = downloads.filter(({ loaded, total }) => loaded === total).map(({ file }) => file);
    expect(ends.sort()).toEqual([
      "config.json",
      "generation_config.json",
      "onnx/model.onnx",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    expect(progress.at(-1)?.stage).toBe("load");

    await hub.close();
    const asked = hub.requests.length;
    expect(await loadAndUse()).toBe(directory);
    expect(hub.requests.length).toBe(asked);
  });

  it("brings another type's file when it is asked for, and no file twice", async () => {
    await loadAndUse();
    hub.requests.length = 0;
    await loadAndUse({ dtype: "fp16" });
    const files = hub.requests.filter((request) => request.includes("/resolve/"));
    expect(new Set(files)).toEqual(new Set([`GET /${REPO}/resolve/main/onnx/model_fp16.onnx`]));
    await hub.close();
    await loadAndUse({ dtype: "fp16" });
    await loadAndUse({ dtype: "fp32" });
  });

  it("brings external data, from a revision, at the address that the environment names", async () => {
    await hub.close();
    hub = await serveHub(tiny("tiny-rows"), REPO, "v1.0");
    vi.stubEnv("HF_ENDPOINT", `${hub.url}/`);
    vi.stubEnv("GRAMMASK_CACHE", cacheDirectory);
    const model = await loadModel(`${REPO}@v1.0`);
    expect(await filesIn(model.directory)).toContain("model.onnx_data");
    await model.dispose();
  });

  it.each(["cut", "flip", "error"] as const)("is not taken for whole after trouble: %s", async (trouble) => {
    hub.trouble = trouble;
    await expect(load()).rejects.toThrow(DownloadError);
    expect((await filesIn(cacheDirectory)).filter((name) => name.endsWith(".partial"))).toEqual([]);
    hub.trouble = "none";
    await loadAndUse();
  });

  it("is brought again where the cache was damaged", async () => {
    const directory = await loadAndUse();
    await writeFile(join(directory, "onnx", "model.onnx"), "short");
    await loadAndUse();
    await writeFile(join(directory, ".grammask.json"), "{");
    await loadAndUse();
  });

  it("is given up when the signal fires, even where the server stalls", async () => {
    hub.trouble = "stall";
    const signal = AbortSignal.timeout(50);
    await expect(load({ signal })).rejects.toThrow(/ended by its signal/);
    expect((await filesIn(cacheDirectory)).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  it("is missed with a clear message", async () => {
    await expect(load({}, "someone/else")).rejects.toThrow(DownloadError);
    await expect(load({}, "someone/else")).rejects.toThrow(/answered 404 .*HF_TOKEN/);
    await expect(load({}, "someone/else")).rejects.toMatchObject({ code: "download-failed", status: 404 });
    await expect(load({ dtype: "q4" })).rejects.toThrow(ModelNotFoundError);
    await expect(load({ dtype: "q4" })).rejects.toThrow(
      /dtype "q4".*onnx\/model\.onnx, onnx\/model_fp16\.onnx/,
    );
    await expect(load({ hubToken: "secret" })).rejects.toThrow(InvalidRequestError);
    await hub.close();
    await expect(load()).rejects.toThrow(/could not be brought from the hub at .*ECONNREFUSED/);
  });
});

describe("parseHubId", () => {
  it("reads owner, name and revision", () => {
    expect(parseHubId("a/b")).toEqual({ repo: "a/b", revision: "main" });
    expect(parseHubId("HuggingFaceTB/SmolLM2-135M-Instruct@refs/pr/3")).toEqual({
      repo: "HuggingFaceTB/SmolLM2-135M-Instruct",
      revision: "refs/pr/3",
    });
    for (const text of ["a", "a/b/c", "/a/b", "../b", "a/..", "a/b@", "a/b@../x", "a b/c", "./a"]) {
      expect(parseHubId(text)).toBeUndefined();
    }
  });
});

describe("defaultCacheDirectory", () => {
  it("follows the environment, the own variable first", () => {
    expect(defaultCacheDirectory({ GRAMMASK_CACHE: "own", XDG_CACHE_HOME: "xdg" })).toBe("own");
    expect(defaultCacheDirectory({ XDG_CACHE_HOME: "xdg" })).toBe(join("xdg", "grammask"));
    expect(defaultCacheDirectory({})).toContain("grammask");
  });
});
