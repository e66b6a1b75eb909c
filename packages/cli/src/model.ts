import { type LoadOptions, type LoadProgress, loadModel, type Model } from "@grammask/onnx";
import type { Io } from "./io.js";
import { StatusLine } from "./status-line.js";

/** Loads a model and tells of it on standard error: a download piece by piece, anything else in a line at most. */
export async function openModel(io: Io, name: string, options: LoadOptions): Promise<Model> {
  const line = new StatusLine(io);
  try {
    return await loadModel(name, { ...options, progress: (progress) => line.show(describe(name, progress)) });
  } finally {
    line.clear();
  }
}

function describe(name: string, progress: LoadProgress): string {
  if (progress.stage === "load") return `loading ${name} ...`;
  return `downloading ${name}: ${progress.file}, ${megabytes(progress.loaded)} of ${megabytes(progress.total)} MB`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
