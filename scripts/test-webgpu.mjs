// `pnpm test:webgpu`: the WebGPU device for real. Without a GPU it runs on SwiftShader, the software Vulkan that Debian's
// package `chromium` brings (minutes); without any Vulkan driver the tests are skipped, and counted as such.
import { existsSync, readdirSync } from "node:fs";
import { at, entry, node, say } from "./shared.mjs";

/** Debian's chromium: a Vulkan loader and a software driver in one folder. */
const CHROMIUM = "/usr/lib/chromium";
const SWIFTSHADER = `${CHROMIUM}/vk_swiftshader_icd.json`;
const INSTALLED_DRIVERS = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];

entry(async () => {
  const env = { ...process.env, ...environment() };
  return await node([at("scripts", "test.mjs"), "packages/onnx/test/webgpu.test.ts"], { env });
});

/** What the tests' environment needs besides; without GRAMMASK_TEST_WEBGPU they are skipped. */
function environment() {
  const chosen = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  if (process.platform !== "linux" || chosen !== undefined) {
    return { GRAMMASK_TEST_WEBGPU: "1", ...(chosen?.startsWith(CHROMIUM) ? loader() : {}) };
  }
  if (existsSync(SWIFTSHADER)) {
    say("WebGPU on SwiftShader, software Vulkan: correct, but slow.");
    return { GRAMMASK_TEST_WEBGPU: "1", VK_DRIVER_FILES: SWIFTSHADER, ...loader() };
  }
  if (INSTALLED_DRIVERS.some((folder) => existsSync(folder) && readdirSync(folder).length > 0)) {
    return { GRAMMASK_TEST_WEBGPU: "1" };
  }
  say(
    "No Vulkan driver here: the tests are skipped. Debian's package chromium brings one (apt-get install chromium).",
  );
  return {};
}

function loader() {
  const folders = [CHROMIUM, ...(process.env.LD_LIBRARY_PATH?.split(":") ?? [])];
  return { LD_LIBRARY_PATH: folders.join(":") };
}
