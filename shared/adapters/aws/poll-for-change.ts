import { setTimeout as wait } from "node:timers/promises";
import type { WaitForChange } from "../../ports/functions.ts";

const LONGEST_WAIT_MS = 1_000;

/** Nothing tells a Lambda function of another's write, so readers look again every second. */
export const pollForChange: WaitForChange = async (_run, timeoutMs) => {
  await wait(Math.min(timeoutMs, LONGEST_WAIT_MS));
};
