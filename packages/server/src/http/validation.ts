import type { core, ZodType, z } from "zod";
import { type ApiError, invalid } from "../errors.js";

/** @throws ApiError with status 400 that names the first field that is wrong */
export function validate<Schema extends ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) {
    return result.data;
  }
  throw validationError(result.error.issues);
}

function validationError(issues: readonly core.$ZodIssue[]): ApiError {
  const { path, message, code, keys } = deepest(issues, []);
  if (code === "unrecognized_keys") {
    const param = paramOf([...path, keys![0]!]);
    return invalid(param, `Unrecognized request argument: ${param}`, "unknown_parameter");
  }
  const param = path.length === 0 ? undefined : paramOf(path);
  return invalid(param, param === undefined ? message : `${param}: ${message}`);
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code: string | undefined;
  readonly keys: readonly string[] | undefined;
}

/** Of the alternatives of a union, the one that got furthest says most. */
function deepest(issues: readonly core.$ZodIssue[], prefix: readonly PropertyKey[]): Problem {
  const [issue] = issues;
  const path = [...prefix, ...issue!.path];
  if (issue!.code === "invalid_union" && issue!.errors.length > 0) {
    const problems = issue!.errors.filter((each) => each.length > 0).map((each) => deepest(each, path));
    const inner = problems.reduce<Problem | undefined>(
      (best, each) => (best === undefined || each.path.length > best.path.length ? each : best),
      undefined,
    );
    if (inner !== undefined && inner.path.length > path.length) {
      return inner;
    }
    const expected = [...new Set(problems.map(({ message }) => message))];
    return { path, message: expected.join(", or ") || issue!.message, code: issue!.code, keys: undefined };
  }
  return {
    path,
    message: issue!.message,
    code: issue!.code,
    keys: issue!.code === "unrecognized_keys" ? issue!.keys : undefined,
  };
}

/** A path as OpenAI's errors write it: `messages[0].content`. */
function paramOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === "number") {
      return `${text}[${segment}]`;
    }
    return text === "" ? String(segment) : `${text}.${String(segment)}`;
  }, "");
}
