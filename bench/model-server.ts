import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import * as z from "zod/mini";

export interface ModelServer {
  /** Up to and including the version, as `OPENAI_BASE_URL` is. */
  readonly url: string;
  close(): Promise<void>;
}

const requestSchema = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.nullish(z.string()) })),
});

/** The first user message says whose run it is and how long: `run=<id> turns=<n>`. */
const taskPattern = /\brun=(\S+) turns=(\d+)/;

/**
 * A Chat Completions server on loopback that plays the bench's one conversation: it looks the order up as many times
 * as it was told, asks for one refund, and says that it is done. It takes no time to think, so what is measured is ours.
 */
export async function startModelServer(): Promise<ModelServer> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The model server got no port.");
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = requestSchema.safeParse(parseJson(await text(request)));
  const message = body.success ? play(body.data.messages) : undefined;
  const completion = {
    id: "chatcmpl_bench",
    object: "chat.completion",
    created: 0,
    model: body.data?.model,
    choices: [
      { index: 0, message, finish_reason: message?.tool_calls === undefined ? "stop" : "tool_calls" },
    ],
    usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  };
  const problem = { error: { message: "Send a Chat Completions request that says run=<id> turns=<n>." } };
  response.writeHead(message === undefined ? 400 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(message === undefined ? problem : completion));
}

interface ReplyMessage {
  readonly role: "assistant";
  readonly content: string | null;
  readonly tool_calls?: readonly object[];
}

function play(messages: z.infer<typeof requestSchema>["messages"]): ReplyMessage | undefined {
  const task = messages.find(({ role }) => role === "user")?.content ?? "";
  const [, run, turns] = taskPattern.exec(task) ?? [];
  if (run === undefined) return undefined;
  const results = messages.filter(({ role }) => role === "tool").length;
  if (results < Number(turns)) return call(results, "lookup_order", { order_id: run });
  if (results === Number(turns)) return call(results, "issue_refund", { order_id: run, amount: 250 });
  return { role: "assistant", content: `Order ${run} is refunded.` };
}

function call(place: number, name: string, input: object): ReplyMessage {
  const tool = { name, arguments: JSON.stringify(input) };
  return {
    role: "assistant",
    content: null,
    tool_calls: [{ id: `call_${place}`, type: "function", function: tool }],
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

// As a process of its own it does not share the event loop that is measured: it says where it listens, on one line.
if (import.meta.main) {
  const { url } = await startModelServer();
  process.stdout.write(`${url}\n`);
}
