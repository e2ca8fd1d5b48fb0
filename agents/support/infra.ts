/** The agent's own table, and the only functions that may touch it: tools that write run in `execute-call` alone. */
export const supportInfra = {
  agent: "support",
  table: "agent-support",
  readBy: ["take-agent-steps", "execute-call"],
  writtenBy: ["execute-call"],
} as const;
