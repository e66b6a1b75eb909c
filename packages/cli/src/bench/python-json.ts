import { isJsonArray, type JsonNode, JsonNumber } from "@grammask/core";

/**
 * A JSON value as Python's `json.dumps(value, ensure_ascii=False)` writes what `json.loads` made of it: `", "` and
 * `": "`, integers of any size as they are, other numbers as the shortest text of their double.
 */
export function pythonJson(node: JsonNode): string {
  if (node === null || typeof node !== "object") return JSON.stringify(node);
  if (node instanceof JsonNumber) return pythonNumber(node.text);
  if (isJsonArray(node)) return `[${node.map(pythonJson).join(", ")}]`;
  const members = [...node.entries()].map(([key, value]) => `${JSON.stringify(key)}: ${pythonJson(value)}`);
  return `{${members.join(", ")}}`;
}

/** Python has integers for numbers without point and exponent, doubles for the others. */
export function pythonNumber(text: string): string {
  if (!/[.eE]/.test(text)) return text === "-0" ? "0" : text;
  const value = Number(text);
  // Python would write Infinity here, which is not JSON.
  if (!Number.isFinite(value)) return text;
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  // The same shortest digits in both languages; Python has exponents from 1e16 and below 1e-4.
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  if (power >= 16 || power < -4) {
    return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  const sign = value < 0 ? "-" : "";
  const digits = mantissa.replace(/[-.]/g, "");
  if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${digits}`;
  return `${sign}${digits.slice(0, power + 1).padEnd(power + 1, "0")}.${digits.slice(power + 1) || "0"}`;
}
