import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** A server on the loopback interface that plays the hub for one model. */
export interface HubServer {
  readonly url: string;
  /** Method and path of each request so far. */
  readonly requests: string[];
  /** What the server does wrong from now on. */
  trouble: "none" | "cut" | "flip" | "stall" | "error";
  close(): Promise<void>;
}

/** Serves a folder as `repo` at `revision`. Files above 1,000 bytes have a SHA-256, as large files of the hub have. */
export async function serveHub(folder: string, repo: string, revision = "main"): Promise<HubServer> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      files.set(path.slice(folder.length + 1).replaceAll("\\", "/"), await readFile(path));
    }
  }
  const listing = [...files].map(([path, content]) => ({
    type: "file",
    path,
    size: content.length,
    oid: createHash("sha1").update(content).digest("hex"),
    ...(content.length > 1000
      ? {
          lfs: {
            oid: createHash("sha256").update(content).digest("hex"),
            size: content.length,
            pointerSize: 130,
          },
        }
      : {}),
  }));

  const server = createServer((request, response) => {
    state.requests.push(`${request.method} ${request.url}`);
    const { pathname } = new URL(request.url!, state.url);
    const resolve = `/${repo}/resolve/${encodeURIComponent(revision)}/`;
    if (state.trouble === "error") {
      answer(response, 500, "text/plain", "out of order");
    } else if (pathname === `/api/models/${repo}/tree/${revision}`) {
      answer(response, 200, "application/json", JSON.stringify(listing));
    } else if (pathname.startsWith(resolve) && files.has(pathname.slice(resolve.length))) {
      sendFile(request, response, files.get(pathname.slice(resolve.length))!, state.trouble);
    } else {
      answer(response, 404, "application/json", JSON.stringify({ error: "Repository not found" }));
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const state: HubServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    trouble: "none",
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return state;
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type }).end(body);
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  trouble: string,
): void {
  const etag = `"${createHash("sha1").update(content).digest("hex")}"`;
  const headers = { etag, "content-type": "application/octet-stream", "accept-ranges": "bytes" };
  if (request.headers.range === "bytes=0-0") {
    const range = `bytes 0-0/${content.length}`;
    response.writeHead(206, { ...headers, "content-range": range, "content-length": 1 });
    response.end(content.subarray(0, 1));
    return;
  }
  response.writeHead(200, { ...headers, "content-length": content.length });
  if (trouble === "cut" || trouble === "stall") {
    response.write(content.subarray(0, content.length / 2));
    if (trouble === "cut") {
      setTimeout(() => response.destroy(), 5);
    }
    return;
  }
  const sent = Buffer.from(content);
  if (trouble === "flip") {
    sent[sent.length - 1]! ^= 1;
  }
  response.end(sent);
}
