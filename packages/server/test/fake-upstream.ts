import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface FakeRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a body is whatever was sent
  readonly body: any;
}

export type Answer = (response: ServerResponse, request: FakeRequest) => void | Promise<void>;

/** An upstream that answers each request for an output as the test says, in order; the last answer is for all further ones. */
export class FakeUpstream {
  readonly requests: FakeRequest[] = [];
  healthy = true;
  /** Health checks that were answered. */
  checks = 0;
  readonly #answers: Answer[];
  readonly #server: Server;
  readonly #answering = new Set<ServerResponse>();
  readonly #sockets = new Set<Socket>();

  private constructor(answers: readonly Answer[]) {
    this.#answers = [...answers];
    this.#server = createServer((request, response) => void this.#take(request, response));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(...answers: readonly Answer[]): Promise<FakeUpstream> {
    const upstream = new FakeUpstream(answers);
    await new Promise<void>((resolve) => upstream.#server.listen(0, "127.0.0.1", resolve));
    return upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that are open because an output is being sent. */
  get connections(): number {
    return this.#answering.size;
  }

  /** As if the process were killed. */
  async kill(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) {
      parts.push(part as Buffer);
    }
    const text = Buffer.concat(parts).toString();
    const path = request.url ?? "";
    if (path === "/health" || path === "/v1/models") {
      this.checks++;
      response.writeHead(this.healthy ? 200 : 503, { "content-type": "application/json" });
      response.end(JSON.stringify({ data: [{ id: "first-model" }] }));
      return;
    }
    const body = text === "" ? undefined : JSON.parse(text);
    if (path === "/apply-template") {
      response.end(JSON.stringify({ prompt: `<${body.messages.at(-1).content}>` }));
      return;
    }
    const taken = { path, authorization: request.headers.authorization, body };
    this.requests.push(taken);
    const answer = this.#answers.length > 1 ? this.#answers.shift()! : this.#answers[0]!;
    this.#answering.add(response);
    response.on("close", () => this.#answering.delete(response));
    await answer(response, taken);
  }
}

export const EVENTS = { "content-type": "text/event-stream" };

/** A piece of an output as an event. */
export function piece(text: string, path = "/v1/chat/completions"): string {
  const choice = path.endsWith("/chat/completions") ? { delta: { content: text } } : { text };
  return `data: ${JSON.stringify({ choices: [{ index: 0, ...choice, finish_reason: null }] })}\n\n`;
}

/** The end of an output, with counts of tokens. */
export function ending(reason: string): string {
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
  const end = { choices: [{ index: 0, delta: {}, finish_reason: reason }] };
  return `data: ${JSON.stringify(end)}\n\ndata: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`;
}

/** A whole answer, a few characters an event. */
export function says(text: string, reason = "stop"): Answer {
  return (response, { path }) => {
    response.writeHead(200, EVENTS);
    for (const part of text.match(/[\s\S]{1,3}/gu) ?? []) {
      response.write(piece(part, path));
    }
    response.end(ending(reason));
  };
}

/** Some text, and then the connection breaks. */
export function breaksAfter(text: string): Answer {
  return (response, { path }) => {
    response.writeHead(200, EVENTS);
    response.write(piece(text, path), () => setTimeout(() => response.destroy(), 5));
  };
}

/** Some text, and then nothing any more. */
export function stallsAfter(text: string): Answer {
  return (response, { path }) => {
    response.writeHead(200, EVENTS);
    if (text !== "") {
      response.write(piece(text, path));
    }
  };
}

export function fails(status: number, message: string, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ error: { message } }));
  };
}

/** Bytes as they are. */
export function sends(pieces: readonly (string | Uint8Array)[], type = "text/event-stream"): Answer {
  return async (response) => {
    response.writeHead(200, { "content-type": type });
    for (const bytes of pieces) {
      response.write(bytes);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    response.end();
  };
}
