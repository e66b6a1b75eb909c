import { describe, expect, it } from "vitest";
import { deviceFailure, devicesToTry, missingRuntime } from "./device.js";
import { InvalidRequestError } from "./errors.js";
import type { Runtime } from "./runtime.js";

/** A runtime with these backends. */
function withBackends(...names: string[]): Runtime {
  return {
    listSupportedBackends: () => names.map((name) => ({ name, bundled: true })),
  } as unknown as Runtime;
}

describe("devicesToTry", () => {
  it("takes what is asked for, and for auto what is installed, the CPU last", () => {
    expect(devicesToTry("webgpu", withBackends("cpu"))).toEqual(["webgpu"]);
    expect(devicesToTry("auto", withBackends("cpu", "webgpu", "coreml"))).toEqual(["cpu"]);
    expect(devicesToTry("auto", withBackends("cpu", "webgpu", "dml"))).toEqual(["dml", "cpu"]);
    expect(() => devicesToTry("tpu" as never, withBackends("cpu"))).toThrow(InvalidRequestError);
  });
});

describe("missingRuntime", () => {
  it("knows where each device exists", () => {
    expect(missingRuntime("cpu", withBackends("cpu"))).toBeUndefined();
    expect(missingRuntime("webgpu", withBackends("cpu", "webgpu"))).toBeUndefined();
    expect(missingRuntime("dml", withBackends("cpu"))).toContain("Windows");
    expect(missingRuntime("coreml", withBackends("cpu"))).toContain("macOS");
    expect(missingRuntime("cuda", withBackends("cpu"))).toContain("NVIDIA");
  });
});

describe("deviceFailure", () => {
  it("keeps the reason and says what to install", () => {
    const cause = new Error("no adapter");
    const error = deviceFailure("webgpu", "/src/x.cc:1 f() a == b was false. no adapter", cause);
    expect(error.message).toMatch(/^device "webgpu" cannot be used: no adapter\. .*Vulkan/);
    expect(error).toMatchObject({ code: "device-unavailable", device: "webgpu", cause });
    expect(deviceFailure("cuda", "no driver", cause).message).toContain("cuDNN");
  });
});
