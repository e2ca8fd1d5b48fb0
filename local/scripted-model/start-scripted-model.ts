import { createServer } from "node:http";
import { once } from "node:events";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { chatRequestSchema, toChatCompletion, toModelMessage } from "./chat-completions.ts";
import { scriptReply } from "./script-reply.ts";

/** The name it is listed under; it answers to any. */
export const SCRIPTED_MODEL_NAME = "scripted-support";

const MAX_BODY_BYTES = 4 * 1024 * 1024;

export interface ScriptedModel {
  /** Such as `http://127.0.0.1:40123/v1`, to be used as `OPENAI_BASE_URL`; it asks for no key. */
  readonly baseUrl: string;
  readonly close: () => Promise<void>;
}

/** Starts the model for those without a key: it plays the support agent on a free loopback port. */
export async function startScriptedModel(): Promise<ScriptedModel> {
  const listener = getRequestListener(buildApp().fetch);
  // The listener answers errors itself and never rejects.
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The scripted model got no port.");
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      // Clients keep their connections open for the next request.
      server.closeAllConnections();
      await closed;
    },
  };
}

function buildApp(): Hono {
  const app = new Hono();
  app.get("/v1/models", (context) =>
    context.json({
      object: "list",
      data: [{ id: SCRIPTED_MODEL_NAME, object: "model", created: 0, owned_by: "countersign" }],
    }),
  );
  app.post(
    "/v1/chat/completions",
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (context) => context.json(toProblem("The request is larger than 4 MiB."), 413),
    }),
    async (context) => {
      const body: unknown = await context.req.json().catch(() => undefined);
      const request = chatRequestSchema.safeParse(body);
      if (!request.success) {
        return context.json(toProblem("Send a Chat Completions request as JSON, without streaming."), 400);
      }
      const messages = request.data.messages.map(toModelMessage);
      const tools = (request.data.tools ?? []).map((tool) => tool.function.name);
      return context.json(toChatCompletion(request.data.model, messages, scriptReply(messages, tools)));
    },
  );
  app.notFound((context) =>
    context.json(toProblem("There is only POST /v1/chat/completions and GET /v1/models here."), 404),
  );
  app.onError((_error, context) => context.json(toProblem("The scripted model failed."), 500));
  return app;
}

/** An error as Chat Completions clients expect it. */
function toProblem(message: string) {
  return { error: { message, type: "invalid_request_error", param: null, code: null } };
}
