import type { Agent } from "../shared/domain/agent.ts";
import { support } from "./support/agent.ts";

/** Every agent of this installation; a new one is added here. */
export const agents: readonly Agent[] = [support];
