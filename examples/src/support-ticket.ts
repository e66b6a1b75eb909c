// A union in the schema becomes a switch in the program: every case is known, nothing else can come.
import { loadModel } from "@grammask/onnx";
import { readTask } from "./task.js";

type Action =
  | { kind: "refund"; amount: number }
  | { kind: "reply" }
  | { kind: "escalate"; team: "payments" | "android" | "ios" };

const model = await loadModel("smollm2-135m-instruct");
const { messages, schema, schemaOptions } = readTask("support-ticket");
const result = await model.generate({
  messages,
  schema,
  schemaOptions,
  maxTokens: 400,
});
if (result.finishReason !== "complete") throw new Error(`The output was cut off: ${result.finishReason}`);

const { summary, action } = result.value as { summary: string; action: Action };
console.log(summary);
switch (action.kind) {
  case "refund":
    console.log(`-> refund of ${action.amount}, to be approved by a person`);
    break;
  case "reply":
    console.log("-> reply");
    break;
  case "escalate":
    console.log(`-> to the team ${action.team}`);
    break;
}
await model.dispose();
