import type { StandardSchemaV1 } from "@standard-schema/spec";
import {
  InvalidRequestError,
  issuesText,
  type RejectedOutput,
  reasonOf,
  SchemaValidationError,
  type ValidationIssue,
} from "../errors.js";
import type { GenerateRequest, TokenEvent } from "../request.js";
import type { GenerateResult, RetryEvent } from "../result.js";
import { prepareSchema, type Validate } from "./standard-schema.js";

type Run = (request: GenerateRequest) => AsyncGenerator<TokenEvent, GenerateResult, void>;

/** The request as the engine takes it: with the JSON Schema in the place of a library's schema. */
export function plainRequest(request: GenerateRequest): GenerateRequest {
  const { schema } = request ?? {};
  return schema === undefined ? request : { ...request, schema: prepareSchema(schema).schema };
}

/**
 * Runs a request, and then what its schema's library checks and transforms; again, with the issues, as often as `retries`
 * allows.
 *
 * @param run generates one output
 * @throws SchemaValidationError where the last attempt is refused too; what `run` throws
 */
export async function* attempts(
  request: GenerateRequest,
  run: Run,
): AsyncGenerator<TokenEvent | RetryEvent, GenerateResult, void> {
  const plain = plainRequest(request);
  const retries = checkRetries(request ?? {});
  const validate = request?.schema === undefined ? undefined : prepareSchema(request.schema).validate;
  const rejected: RejectedOutput[] = [];
  for (;;) {
    const result = yield* run(retry(plain, rejected));
    // Without a value there is nothing to check: the result says why it has none.
    if (validate === undefined || result.value === undefined) {
      return { ...result, rejected };
    }
    const { value, issues, cause } = await check(validate, result.value);
    if (issues === undefined) {
      return { ...result, value, rejected } as GenerateResult;
    }
    if (rejected.length >= retries || request.signal?.aborted === true) {
      throw new SchemaValidationError(result.text, issues, rejected, { cause });
    }
    rejected.push({ text: result.text, issues });
    yield { type: "retry", attempt: rejected.length + 1, text: result.text, issues };
  }
}

function checkRetries({ retries = 0, prompt, temperature = 0 }: GenerateRequest): number {
  if (!Number.isInteger(retries) || retries < 0 || retries > 100) {
    throw new InvalidRequestError("retries", `${String(retries)} is not an integer from 0 to 100`);
  }
  if (retries > 0 && prompt !== undefined && temperature === 0) {
    throw new InvalidRequestError(
      "retries",
      "with a prompt and temperature 0 each attempt is the same: give messages, or a temperature above 0",
    );
  }
  return retries;
}

/** The request of the next attempt: a conversation goes on with what was refused and why; sampling takes the next seed. */
function retry(request: GenerateRequest, rejected: readonly RejectedOutput[]): GenerateRequest {
  if (rejected.length === 0) {
    return request;
  }
  const { messages, seed } = request;
  const { text, issues } = rejected.at(-1)!;
  return {
    ...request,
    ...(seed === undefined ? {} : { seed: (seed + rejected.length) % 2 ** 32 }),
    ...(messages === undefined
      ? {}
      : {
          messages: [
            ...messages,
            { role: "assistant", content: text },
            { role: "user", content: `That is not right: ${issuesText(issues)}. Answer again, corrected.` },
          ],
        }),
  };
}

interface Checked {
  readonly value?: unknown;
  readonly issues?: readonly ValidationIssue[];
  readonly cause?: unknown;
}

async function check(validate: Validate, value: unknown): Promise<Checked> {
  let result: StandardSchemaV1.Result<unknown>;
  try {
    result = await validate(value);
  } catch (thrown) {
    // A check of the caller's that fails on a value refuses it; the text must not be lost with it.
    return { issues: [{ message: reasonOf(thrown), path: [] }], cause: thrown };
  }
  if (result.issues === undefined) {
    return { value: result.value };
  }
  return {
    issues: result.issues.map(({ message, path = [] }) => ({
      message,
      path: path.map((segment) => (typeof segment === "object" ? segment.key : segment)),
    })),
  };
}
