import type { ApiClient } from "./api-client.ts";
import type { Terminal } from "./terminal.ts";

/** What every command that talks to the server is given. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Signed in as `person`. */
  readonly api: ApiClient;
  readonly person: string;
  /** Print the API's JSON and nothing else. */
  readonly json: boolean;
  readonly now: () => number;
  /** How long a command waits for what usually takes a moment, in milliseconds. */
  readonly patienceMs: number;
}
