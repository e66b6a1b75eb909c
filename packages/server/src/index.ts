export type { ModelOptions } from "./engine/messages.js";
export type { OfferedModelOptions, SchemaCost, ServerOptions } from "./options.js";
export { type RunningServer, startServer } from "./server.js";
