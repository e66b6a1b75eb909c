import { Template } from "@huggingface/jinja";
import { InvalidRequestError, reasonOf, UnsupportedModelError } from "./errors.js";

/** One turn of a conversation, as the model's chat template takes it. */
export interface ChatMessage {
  /** "system", "user", "assistant" and what else the template knows. */
  readonly role: string;
  readonly content: string;
  /** Who speaks, where several have one role; only some templates tell it. */
  readonly name?: string;
}

/** A model's chat template: the text that a conversation is to the model. */
export class ChatTemplate {
  readonly #template: Template;
  readonly #specialTokens: Readonly<Record<string, string>>;

  /**
   * @param source a Jinja template
   * @param specialTokens texts that templates refer to: `bos_token`, `eos_token` ...
   * @throws UnsupportedModelError where the template does not parse
   */
  constructor(source: string, specialTokens: Readonly<Record<string, string>>) {
    try {
      this.#template = new Template(source);
    } catch (thrown) {
      throw new UnsupportedModelError(`The model's chat template does not parse: ${reasonOf(thrown)}`, {
        cause: thrown,
      });
    }
    this.#specialTokens = specialTokens;
  }

  /**
   * The prompt of a conversation, up to where the assistant's answer begins.
   *
   * @throws InvalidRequestError where the template refuses the messages (an order of roles, say)
   */
  render(messages: readonly ChatMessage[]): string {
    try {
      return this.#template.render({
        ...this.#specialTokens,
        messages: messages.map((message) => ({ ...message })),
        add_generation_prompt: true,
      });
    } catch (thrown) {
      throw new InvalidRequestError("messages", `the chat template refused them: ${reasonOf(thrown)}`, {
        cause: thrown,
      });
    }
  }
}
