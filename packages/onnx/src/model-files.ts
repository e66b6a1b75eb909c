import { constants } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Device } from "./device.js";
import { InvalidRequestError, ModelFileError, ModelNotFoundError, reasonOf } from "./errors.js";

/** The type of the weights, named as in transformers.js. */
export type DataType = keyof typeof SUFFIXES;

/** What each type's file has after its name. */
const SUFFIXES = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
} as const;

const BASE_NAMES = ["model", "decoder_model_merged"];
const FOLDERS = ["onnx/", ""];

/** Small and fast first; a GPU calculates in float16, a CPU converts it. */
const PREFERRED: Record<"cpu" | "gpu", readonly DataType[]> = {
  cpu: ["q4", "q8", "int8", "uint8", "q4f16", "fp32", "fp16", "bnb4"],
  gpu: ["q4f16", "q4", "fp16", "fp32", "q8", "int8", "uint8", "bnb4"],
};

export interface GraphFile {
  readonly dtype: DataType;
  /** Path from the model's folder, with "/". */
  readonly path: string;
  /** The packed graph beside it, where there is one: the CPU takes it (see `GraphContract.packed`). */
  readonly packed: string | undefined;
  /** What says of which weights those of the packed graph are made, where they are no files (see `expandWeights`). */
  readonly expansion: string | undefined;
}

/**
 * The graph file to load.
 *
 * @param files paths from the model's folder, with "/"
 * @param dtype the type that was asked for, or undefined for the model's own, or else the best for the device
 * @returns undefined where there is none of that type
 */
export function chooseGraph(
  files: Iterable<string>,
  dtype: DataType | undefined,
  own: string | undefined,
  device: Device | "auto",
): GraphFile | undefined {
  const present = new Set(files);
  const preferred = PREFERRED[device === "cpu" || device === "auto" ? "cpu" : "gpu"];
  const wanted = dtype !== undefined ? [dtype] : isDataType(own) ? [own, ...preferred] : preferred;
  for (const each of wanted) {
    for (const folder of FOLDERS) {
      for (const base of BASE_NAMES) {
        const name = `${folder}${base}${SUFFIXES[each]}`;
        if (present.has(`${name}.onnx`)) {
          const packed = [`${name}_packed.onnx`].find((file) => present.has(file));
          const expansion = packed && [`${name}_packed.json`].find((file) => present.has(file));
          return { dtype: each, path: `${name}.onnx`, packed, expansion };
        }
      }
    }
  }
  return undefined;
}

/** The files of weights beside a graph: `model.onnx_data`, `model.onnx_data_1`, `model.onnx.data` and the like. */
export function externalData(graph: string, files: Iterable<string>): string[] {
  return [...files].filter(
    (file) => file !== graph && /^[._]data(_\d+)?$/.test(file.slice(graph.length)) && file.startsWith(graph),
  );
}

/** @throws InvalidRequestError for a name that is no data type */
export function checkDataType(dtype: string | undefined): asserts dtype is DataType | undefined {
  if (dtype !== undefined && !isDataType(dtype)) {
    const names = Object.keys(SUFFIXES).map((name) => `"${name}"`);
    throw new InvalidRequestError("dtype", `${JSON.stringify(dtype)} is not one of ${names.join(", ")}`);
  }
}

/**
 * The graph file of a model's folder.
 *
 * @throws ModelNotFoundError where there is no graph (of the type that was asked for)
 * @throws ModelFileError where it cannot be read
 */
export async function findGraph(
  directory: string,
  dtype: DataType | undefined,
  own: string | undefined,
  device: Device | "auto",
): Promise<GraphFile> {
  const files = [
    ...(await namesIn(directory)),
    ...(await namesIn(join(directory, "onnx"))).map((name) => `onnx/${name}`),
  ];
  const graph = chooseGraph(files, dtype, own, device);
  if (graph === undefined) {
    const graphs = files.filter((file) => file.endsWith(".onnx")).map((file) => basename(file));
    const wanted = dtype === undefined ? "No ONNX model" : `No ONNX model of dtype "${dtype}"`;
    const there = graphs.length === 0 ? "no .onnx file" : graphs.join(", ");
    throw new ModelNotFoundError(
      `${wanted} in ${directory} or its folder onnx/: there is ${there}. Expected is the layout of transformers.js: ` +
        "config.json, tokenizer.json and onnx/model*.onnx.",
    );
  }
  const path = join(directory, graph.path);
  try {
    await access(path, constants.R_OK);
  } catch (thrown) {
    throw new ModelFileError(path, `cannot be read: ${reasonOf(thrown)}`, { cause: thrown });
  }
  return graph;
}

function isDataType(name: string | undefined): name is DataType {
  return name !== undefined && Object.hasOwn(SUFFIXES, name);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch {
    return [];
  }
}
