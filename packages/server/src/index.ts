export type { ModelOptions } from "./engine/messages.js";
export type { OfferedModelOptions, OfferedUpstreamOptions, SchemaCost, ServerOptions } from "./options.js";
export { type RunningServer, startServer } from "./server.js";
export type { UpstreamKind, UpstreamOptions } from "./upstream/options.js";
