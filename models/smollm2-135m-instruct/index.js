import { fileURLToPath } from "node:url";

/** The folder of the model's files, in the layout of the Hugging Face hub, without a slash at the end. */
export const modelDirectory = fileURLToPath(new URL(".", import.meta.url)).replace(/[\\/]$/, "");
