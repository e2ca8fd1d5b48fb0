import { inject } from "vitest";
import { ministackAccount } from "../emulator/ministack.ts";

/** For a client of the emulator; `endpoint` is another one where something stands between them. */
export function clientSettings(endpoint = inject("awsEndpoint")) {
  const { region, credentials } = ministackAccount;
  return { endpoint, region, credentials, maxAttempts: 2 };
}
