// vitest with one source changed as it is loaded: see mutation.mjs.
import { mergeConfig } from "vitest/config";
import base from "../vitest.config.js";
import { mutant, mutated } from "./mutant.mjs";
import { at } from "./shared.mjs";

export default mergeConfig(base, {
  plugins: [
    {
      name: "mutant",
      enforce: "pre",
      /** @param {string} code @param {string} id */
      transform(code, id) {
        if (mutant === undefined || id.split("?")[0] !== at(mutant.file)) return undefined;
        return mutated(code, mutant);
      },
    },
  ],
});
