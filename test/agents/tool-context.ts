import type { AgentTables } from "../../shared/domain/agent-tables.ts";
import { requesterSchema } from "../../shared/domain/requester.ts";
import type { ToolContext } from "../../shared/domain/tool.ts";

/** The context of one approved call at noon; give what matters to the test. */
export function makeToolContext(tables: AgentTables, over: Partial<ToolContext> = {}): ToolContext {
  return {
    tenant: "default",
    run: "run_1",
    call: "call_1",
    requirement: "req_1",
    asker: requesterSchema.parse({ kind: "person", subject: "asker", name: "Asker" }),
    idempotencyKey: "key-1",
    tables,
    signal: new AbortController().signal,
    now: () => Date.UTC(2026, 10, 22, 12),
    ...over,
  };
}
