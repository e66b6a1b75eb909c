// From an invoice's text to a checked record.
import { loadModel } from "@grammask/onnx";
import { readTask } from "./task.js";

/** What schema.json says, in TypeScript. */
interface Invoice {
  number: string;
  date: string;
  seller: string;
  customer: string;
  items: { description: string; quantity: number; unitPrice: number }[];
  currency: "EUR" | "USD" | "GBP";
  total: number;
}

const model = await loadModel("smollm2-135m-instruct");
const { messages, schema, schemaOptions } = readTask("invoice");
const result = await model.generate({ messages, schema, schemaOptions, maxTokens: 400 });
if (result.finishReason !== "complete") throw new Error(`The output was cut off: ${result.finishReason}`);

const invoice = result.value as Invoice;
console.log(invoice);
// The schema guarantees the form, not the facts: a sum that can be checked should be checked.
const sum = invoice.items.reduce((sum, item) => sum + item.quantity * item.unitPrice, 0);
console.log(
  sum === invoice.total ? "The items add up." : `The items add up to ${sum}: a person should look at this.`,
);
await model.dispose();
