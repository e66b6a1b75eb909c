// The Vercel AI SDK on a local model: an object of a zod schema, streamed, and a tool that is called.
import { grammask } from "@grammask/ai-sdk";
import { generateText, Output, streamText, tool } from "ai";
import * as z from "zod";

const model = grammask("smollm2-135m-instruct");

const Person = z.object({ name: z.string(), age: z.int(), hobbies: z.array(z.string()).max(3) });
const { partialOutputStream, output } = streamText({
  model,
  output: Output.object({ schema: Person }),
  prompt: "Extract as JSON: Maria is 34 years old and likes chess and rowing.",
});
let steps = 0;
for await (const _ of partialOutputStream) steps++;
console.log(await output, `in ${steps} steps`);

const { toolCalls, toolResults } = await generateText({
  model,
  tools: {
    convert: tool({
      description: "Converts an amount of money",
      inputSchema: z.object({
        amount: z.int(),
        from: z.enum(["EUR", "USD"]),
        to: z.enum(["EUR", "USD"]),
      }),
      execute: ({ amount, from, to }) => (from === to ? amount : amount * (from === "EUR" ? 1.1 : 0.9)),
    }),
  },
  toolChoice: "required",
  prompt: "How many USD are 40 EUR?",
});
console.log(toolCalls[0]?.input, "->", toolResults[0]?.output);
await grammask.dispose();
