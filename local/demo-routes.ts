import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod/mini";
import type { AgentTables } from "../shared/domain/agent-tables.ts";
import type { TestClock } from "./clock.ts";
import type { Mount } from "./server.ts";

const tables = ["orders", "customers", "outbox", "notices"] as const;

/** `GET /demo/{table}`: the demo's own tables as JSON lines; exists in `dev` alone. */
export function createDemoRoute(rows: AgentTables): Mount {
  return (request, response) => {
    const table = tables.find((name) => request.url === `/demo/${name}`);
    if (table === undefined) return false;
    if (request.method !== "GET") {
      response.writeHead(405, { allow: "GET" }).end();
      return true;
    }
    void sendRows(rows, table, response);
    return true;
  };
}

async function sendRows(
  rows: AgentTables,
  table: (typeof tables)[number],
  response: ServerResponse,
): Promise<void> {
  try {
    const lines = (await rows.list(table)).map((row) => `${JSON.stringify(row.value)}\n`);
    response.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
    response.end(lines.join(""));
  } catch {
    response.writeHead(503).end();
  }
}

const advanceSchema = z.strictObject({
  advanceMs: z.int().check(z.minimum(0), z.maximum(400 * 24 * 3_600_000)),
});
const mostBytes = 1_000;

/** `POST /test/clock {"advanceMs": n}`: moves the clock and runs what became due; exists with `--test-clock` alone. */
export function createClockRoute(clock: TestClock, sweep: () => Promise<void>): Mount {
  return (request, response) => {
    if (request.url !== "/test/clock" || request.method !== "POST") return false;
    void advance(request, response, clock, sweep);
    return true;
  };
}

async function advance(
  request: IncomingMessage,
  response: ServerResponse,
  clock: TestClock,
  sweep: () => Promise<void>,
): Promise<void> {
  const body = advanceSchema.safeParse(await readJson(request));
  if (!body.success) {
    response.writeHead(422, { "content-type": "text/plain" }).end('Send {"advanceMs": <milliseconds>}.\n');
    return;
  }
  clock.advance(body.data.advanceMs);
  await sweep();
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ now: new Date(clock.now()).toISOString() }));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > mostBytes) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
