import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { validate } from "dockerfile-utils";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const folder = fileURLToPath(new URL("../../../docker", import.meta.url));
const dockerfile = readFileSync(resolve(folder, "Dockerfile"), "utf8");

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly build: { readonly context: string; readonly dockerfile: string };
        readonly command: readonly string[];
        readonly ports: readonly string[];
        readonly volumes: readonly string[];
      }
    >
  >;
  readonly volumes: Readonly<Record<string, null>>;
}

// Where no engine runs they cannot be built; what can be read of them is.
describe("the files for Docker", () => {
  it("have a Dockerfile that is one", () => {
    const problems = validate(dockerfile);
    expect(problems.map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
    // The judge finds what is wrong.
    expect(validate("FROM node\nEXPOSE many\nRUM x\n").map(({ message }) => message)).toHaveLength(2);
  });

  it("have a compose file that fits the Dockerfile", () => {
    const { services, volumes } = parse(readFileSync(resolve(folder, "compose.yaml"), "utf8")) as Compose;
    const { build, command, ports, volumes: mounted } = services.grammask!;
    const context = resolve(folder, build.context);
    expect(resolve(context, build.dockerfile)).toBe(resolve(folder, "Dockerfile"));
    expect(existsSync(resolve(context, "pnpm-lock.yaml"))).toBe(true);
    const [host, outside, inside] = ports[0]!.split(":");
    expect([host, outside]).toEqual(["127.0.0.1", "8080"]);
    expect(dockerfile).toContain(`EXPOSE ${inside}`);
    const [name, place] = mounted[0]!.split(":");
    expect(Object.keys(volumes)).toContain(name);
    expect(dockerfile).toContain(`VOLUME ${place}`);
    expect(command[0]).toBe("--model");
  });
});
