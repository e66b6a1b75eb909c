import { loadModel } from "@grammask/onnx";

const schema = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 40 },
    role: { enum: ["designer", "engineer", "manager"] },
    years: { type: "integer", minimum: 0, maximum: 60 },
  },
  required: ["name", "role", "years"],
};
const model = await loadModel("smollm2-135m-instruct");
const content = "Name, role and years as JSON: Ada has worked here as an engineer for 12 years.";
const { value } = await model.generate({ messages: [{ role: "user", content }], schema });
console.log(value);
await model.dispose();
