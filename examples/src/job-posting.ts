// The output as it grows, with a time limit.
import { loadModel } from "@grammask/onnx";
import { readTask } from "./task.js";

const model = await loadModel("smollm2-135m-instruct");
const { messages, schema, schemaOptions } = readTask("job-posting");
const result = await model.generate({
  messages,
  schema,
  schemaOptions,
  maxTokens: 400,
  signal: AbortSignal.timeout(60_000),
  onToken: ({ text }) => process.stdout.write(text),
});
console.log(result.finishReason === "complete" ? "" : `\nNot complete: ${result.finishReason}`);
await model.dispose();
