import type { Now, WaitForChange } from "../../shared/ports/functions.ts";
import type { Store } from "../../shared/ports/store.ts";
import type { ConfigView } from "../../shared/wire/api.ts";
import type { HttpParts } from "../http/create-app.ts";

export interface ServeReadsParts extends HttpParts {
  readonly tenant: string;
  readonly store: Store;
  readonly now: Now;
  readonly waitForChange: WaitForChange;
  /** What a web app has to know before anybody has signed in. */
  readonly config: ConfigView;
}
