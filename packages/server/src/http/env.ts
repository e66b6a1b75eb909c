import type { HttpBindings } from "@hono/node-server";
import type { Logger } from "pino";
import type { BodyReader } from "./body-reader.js";

/** What Hono's context carries. */
export interface AppEnv {
  Bindings: HttpBindings;
  Variables: {
    /** The log of this request. */
    log: Logger;
    bodies: BodyReader;
    /** Whose request it is: a key's name, or an address. */
    client: string;
    requestId: string;
  };
}
