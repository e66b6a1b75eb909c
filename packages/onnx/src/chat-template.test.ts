import { describe, expect, it } from "vitest";
import { ChatTemplate } from "./chat-template.js";
import { InvalidRequestError, UnsupportedModelError } from "./errors.js";

const MESSAGES = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "Hello <b>" },
];

describe("ChatTemplate", () => {
  it("renders messages up to the answer, with special tokens, and nothing escaped", () => {
    const source =
      "{{ bos_token }}{% for m in messages %}[{{ m['role'] }}] {{ m.content | trim }}\n{% endfor %}" +
      "{% if add_generation_prompt %}[assistant]{% endif %}";
    expect(new ChatTemplate(source, { bos_token: "<s>" }).render(MESSAGES)).toBe(
      "<s>[system] Be brief.\n[user] Hello <b>\n[assistant]",
    );
  });

  it("gives the template's refusal to the caller", () => {
    const source = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}";
    expect(() => new ChatTemplate(source, {}).render(MESSAGES)).toThrow(InvalidRequestError);
    expect(() => new ChatTemplate(source, {}).render(MESSAGES)).toThrow(/no system role/);
  });

  it("refuses a template that does not parse", () => {
    expect(() => new ChatTemplate("{% for %}", {})).toThrow(UnsupportedModelError);
  });
});
