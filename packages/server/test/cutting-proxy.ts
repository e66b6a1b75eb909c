import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands before a server, and drops the connection of the first stream of an output after so many bytes of it. */
export class CuttingProxy {
  /** The requests for outputs. */
  readonly asked: { readonly path: string; readonly body: unknown }[] = [];
  readonly #server: Server;

  private constructor(target: string, bytes: number) {
    this.#server = createServer(async (incoming, outgoing) => {
      const parts: Buffer[] = [];
      for await (const part of incoming) {
        parts.push(part as Buffer);
      }
      const body = Buffer.concat(parts);
      const path = incoming.url ?? "";
      const isOutput = path.endsWith("/completions");
      if (isOutput) {
        this.asked.push({ path, body: JSON.parse(body.toString()) });
      }
      let left = isOutput && this.asked.length === 1 ? bytes : Number.POSITIVE_INFINITY;
      const forwarded = request(
        new URL(path, target),
        { method: incoming.method!, headers: incoming.headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode!, answer.headers);
          answer.on("data", (data: Buffer) => {
            left -= data.length;
            outgoing.write(data, () => left < 0 && outgoing.destroy());
          });
          answer.on("end", () => outgoing.end());
        },
      );
      forwarded.on("error", () => outgoing.destroy());
      outgoing.on("close", () => forwarded.destroy());
      forwarded.end(body);
    });
  }

  static async start(target: string, bytes: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target, bytes);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
