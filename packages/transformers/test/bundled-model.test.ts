import { expect, it } from "vitest";
import { constrain, warmUp } from "../src/index.js";
import { bundledPipeline } from "./models.js";

it("smollm2-135m-instruct extracts what a text says, in the schema's form", async () => {
  const generator = await bundledPipeline();
  warmUp(generator);
  const schema = {
    type: "object",
    properties: {
      name: { type: "string" },
      hobbies: { type: "array", items: { type: "string" }, maxItems: 4 },
    },
    required: ["name", "hobbies"],
    additionalProperties: false,
  };
  const content = "Extract as JSON: Maria is 34 years old and likes chess, tennis and reading.";
  const options = constrain(generator, { schema }, { max_new_tokens: 60 });
  const [output] = await generator([{ role: "user", content }], options);
  const { content: answer } = output!.generated_text.at(-1)!;
  expect(JSON.parse(answer as string)).toEqual({ name: "Maria", hobbies: ["chess", "tennis", "reading"] });
  await generator.dispose();
});
