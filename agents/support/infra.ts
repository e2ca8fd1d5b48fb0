/** One table holds everything that the tools work on (tables.ts). */
export const supportInfra = { agent: "support", tables: ["agent-support"] } as const;
