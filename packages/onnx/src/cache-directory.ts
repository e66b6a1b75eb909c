import { homedir } from "node:os";
import { join } from "node:path";

/** The folder for downloaded models: `$GRAMMASK_CACHE`, or else the system's folder for a user's caches. */
export function defaultCacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.GRAMMASK_CACHE) {
    return env.GRAMMASK_CACHE;
  }
  if (env.XDG_CACHE_HOME) {
    return join(env.XDG_CACHE_HOME, "grammask");
  }
  switch (process.platform) {
    case "win32":
      return join(env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "grammask", "Cache");
    case "darwin":
      return join(homedir(), "Library", "Caches", "grammask");
    default:
      return join(homedir(), ".cache", "grammask");
  }
}
