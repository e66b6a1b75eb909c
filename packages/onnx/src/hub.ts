import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { downloadFile, HubApiError, type ListFileEntry, listFiles } from "@huggingface/hub";
import { defaultCacheDirectory } from "./cache-directory.js";
import { isObject } from "./config.js";
import type { Device } from "./device.js";
import { DownloadError, InvalidRequestError, ModelNotFoundError, reasonOf } from "./errors.js";
import {
  type HubManifest,
  missingFiles,
  readManifest,
  writeAtomically,
  writeManifest,
} from "./hub-manifest.js";
import { readJsonObject } from "./json-file.js";
import { chooseGraph, type DataType, externalData } from "./model-files.js";

/** A model on the hub. */
export interface HubId {
  /** `owner/name` */
  readonly repo: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

export interface HubOptions {
  readonly device?: Device | "auto";
  readonly dtype?: DataType;
  readonly cacheDirectory?: string;
  readonly hubUrl?: string;
  readonly hubToken?: string;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: DownloadProgress) => void;
}

export interface DownloadProgress {
  readonly stage: "download";
  /** Path of the file in the model. */
  readonly file: string;
  /** Bytes of the file that have come, and that it has. */
  readonly loaded: number;
  readonly total: number;
}

/** Read where the model has them. `config.json` comes first, since it may name the type of the weights. */
const TEXT_FILES = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.jinja",
];
/** Milliseconds between two reports on a file. */
const REPORT_EVERY = 100;

/** Reads `owner/name` or `owner/name@revision`; undefined for anything else. */
export function parseHubId(text: string): HubId | undefined {
  const match = /^([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([\w./-]+))?$/.exec(text);
  const revision = match?.[2] ?? "main";
  return match === null || revision.includes("..") ? undefined : { repo: match[1]!, revision };
}

/**
 * The folder of a hub model, downloaded where it is not in the cache. What is in the cache is used as it is, without
 * asking the hub: a branch that has moved is not followed.
 *
 * @throws DownloadError where the hub does not have the model, refuses or cannot be reached, or a file arrives broken
 * @throws ModelNotFoundError where the model has no graph (of the type that was asked for)
 */
export async function downloadModel(id: HubId, options: HubOptions): Promise<string> {
  const cache = options.cacheDirectory ?? defaultCacheDirectory();
  const directory = join(cache, "models", id.repo.replace("/", "--"), encodeURIComponent(id.revision));
  const known = await readManifest(directory);
  if (known !== undefined) {
    const files = await neededFiles(id, directory, known, options);
    if ((await missingFiles(directory, known, files)).length === 0) {
      return directory;
    }
  }
  const hub = new Hub(id, options);
  const entries = await hub.list();
  let manifest: HubManifest = {
    listing: Object.fromEntries([...entries].map(([path, entry]) => [path, entry.size])),
    complete: known?.complete ?? [],
  };
  const fetchMissing = async (files: readonly string[]): Promise<void> => {
    for (const file of await missingFiles(directory, manifest, files)) {
      await hub.download(entries.get(file)!, join(directory, file));
      manifest = { ...manifest, complete: [...manifest.complete, file] };
    }
  };
  await fetchMissing(TEXT_FILES.filter((file) => entries.has(file)));
  await fetchMissing(await neededFiles(id, directory, manifest, options));
  await writeManifest(directory, manifest);
  return directory;
}

/** The files to load the model with, of those that the hub has. */
async function neededFiles(
  id: HubId,
  directory: string,
  { listing }: HubManifest,
  { dtype, device = "cpu" }: HubOptions,
): Promise<string[]> {
  const files = Object.keys(listing);
  const config = await readJsonObject(join(directory, "config.json"));
  const settings = config?.["transformers.js_config"];
  const own = isObject(settings) && typeof settings.dtype === "string" ? settings.dtype : undefined;
  const graph = chooseGraph(files, dtype, own, device);
  if (graph === undefined) {
    const graphs = files.filter((file) => file.endsWith(".onnx"));
    throw new ModelNotFoundError(
      `${id.repo} has no ONNX model${dtype === undefined ? "" : ` of dtype "${dtype}"`}: ` +
        `${graphs.length === 0 ? "there is no .onnx file" : `there is ${graphs.join(", ")}`}. Expected is the layout of ` +
        "transformers.js, such as onnx/model_q4.onnx.",
    );
  }
  return [
    ...TEXT_FILES.filter((file) => file in listing),
    graph.path,
    ...(graph.packed === undefined ? [] : [graph.packed, ...externalData(graph.packed, files)]),
    ...(graph.expansion === undefined ? [] : [graph.expansion]),
    ...externalData(graph.path, files),
  ];
}

/** A model on the hub, through `@huggingface/hub`. */
class Hub {
  readonly #id: HubId;
  readonly #progress: HubOptions["progress"];
  readonly #signal: AbortSignal | undefined;
  readonly #url: string | undefined;
  readonly #parameters: {
    repo: string;
    revision: string;
    fetch: typeof fetch;
    hubUrl?: string;
    accessToken?: string;
  };

  constructor(id: HubId, { hubUrl, hubToken, signal, progress }: HubOptions) {
    this.#id = id;
    this.#progress = progress;
    this.#signal = signal;
    this.#url = (hubUrl ?? process.env.HF_ENDPOINT)?.replace(/\/+$/, "") || undefined;
    const accessToken = hubToken ?? process.env.HF_TOKEN;
    if (accessToken !== undefined && !accessToken.startsWith("hf_")) {
      throw new InvalidRequestError("hubToken", "a token of the hub begins with hf_");
    }
    this.#parameters = {
      ...id,
      fetch: signal === undefined ? fetch : (input, init) => fetch(input, { ...init, signal }),
      ...(this.#url === undefined ? {} : { hubUrl: this.#url }),
      ...(accessToken === undefined ? {} : { accessToken }),
    };
  }

  /** The model's files, by path. */
  async list(): Promise<Map<string, ListFileEntry>> {
    try {
      const entries = new Map<string, ListFileEntry>();
      for await (const entry of listFiles({ ...this.#parameters, recursive: true })) {
        if (entry.type === "file") {
          entries.set(entry.path, entry);
        }
      }
      return entries;
    } catch (thrown) {
      throw this.#failure("its list of files", thrown);
    }
  }

  /** Brings a file and checks its size, and its SHA-256 where the hub tells it. */
  async download(entry: ListFileEntry, path: string): Promise<void> {
    try {
      const blob = await downloadFile({ ...this.#parameters, path: entry.path });
      if (blob === null) {
        throw new Error("the hub does not have the file");
      }
      await writeAtomically(path, (partial) => this.#write(blob, entry, partial));
    } catch (thrown) {
      throw thrown instanceof DownloadError ? thrown : this.#failure(entry.path, thrown);
    }
  }

  async #write(blob: Blob, entry: ListFileEntry, partial: string): Promise<void> {
    const hash = createHash("sha256");
    let loaded = 0;
    let reported = Number.NEGATIVE_INFINITY;
    const report = (): void => {
      this.#progress?.({ stage: "download", file: entry.path, loaded, total: entry.size });
      reported = performance.now();
    };
    const count = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        loaded += chunk.length;
        if (loaded < entry.size && performance.now() - reported >= REPORT_EVERY) {
          report();
        }
        yield chunk;
      }
    };
    const body = Readable.fromWeb(blob.stream() as ReadableStream<Uint8Array>);
    await pipeline(
      body,
      count,
      createWriteStream(partial),
      this.#signal === undefined ? {} : { signal: this.#signal },
    );
    if (loaded !== entry.size || (entry.lfs !== undefined && hash.digest("hex") !== entry.lfs.oid)) {
      throw new DownloadError(
        `${entry.path} of ${this.#id.repo} arrived broken (${loaded} of ${entry.size} bytes); try again.`,
      );
    }
    report();
  }

  #failure(what: string, thrown: unknown): DownloadError {
    const { repo, revision } = this.#id;
    const from = this.#url === undefined ? "the hub" : `the hub at ${this.#url}`;
    if (this.#signal?.aborted === true) {
      return new DownloadError(`The download of ${repo} was ended by its signal.`, undefined, {
        cause: thrown,
      });
    }
    if (thrown instanceof HubApiError) {
      const status = thrown.statusCode;
      const help =
        status === 401 || status === 403 || status === 404
          ? "Is the id right? There is no folder of that name here either. A private or gated model needs a token (HF_TOKEN)."
          : "Try again later.";
      return new DownloadError(
        `${from} answered ${status} for ${what} of ${repo} (revision ${revision}). ${help}`,
        status,
        { cause: thrown },
      );
    }
    const cause = thrown instanceof Error && thrown.cause !== undefined ? `: ${reasonOf(thrown.cause)}` : "";
    return new DownloadError(
      `${what} of ${repo} could not be brought from ${from}: ${reasonOf(thrown)}${cause}. ` +
        "A model that is in the cache already works without a network.",
      undefined,
      { cause: thrown },
    );
  }
}
