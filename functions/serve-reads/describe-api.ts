import * as z from "zod/mini";
import { InvariantBroken } from "../../shared/domain/errors.ts";
import { jsonValueSchema } from "../../shared/domain/json.ts";
import { type RefusalCode, refusalStatus } from "../../shared/domain/refusal.ts";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import * as api from "../../shared/wire/api.ts";
import { describePath, type PublicSettings, type RouteWiring, routes, scopeOf } from "../../shared/wiring.ts";
import { type Operation, operations } from "./operations.ts";

type JsonObject = { readonly [key: string]: JsonValue };

const jsonObjectSchema: z.ZodMiniType<JsonObject> = z.record(z.string(), jsonValueSchema);

/** The schemas that the document names; everything else stands where it is used. */
const named = {
  JsonValue: jsonValueSchema,
  StartRun: api.startRunBodySchema,
  Decision: api.decisionBodySchema,
  Answers: api.answersBodySchema,
  Continue: api.continueBodySchema,
  Empty: api.emptyBodySchema,
  Run: api.runViewSchema,
  RunList: api.runListSchema,
  Requirement: api.requirementViewSchema,
  RequirementList: api.requirementListSchema,
  MessageList: api.messageListSchema,
  EntryList: api.entryListSchema,
  Disclosure: api.disclosureViewSchema,
  Eligibility: api.eligibilityViewSchema,
  Continued: api.continuedViewSchema,
  Erased: api.erasedViewSchema,
  Health: api.healthViewSchema,
  Config: api.configViewSchema,
  Problem: api.problemSchema,
} as const;

export type SchemaName = keyof typeof named | "OpenApi";

/** The API as OpenAPI 3.1, made from the routes of wiring.ts and the schemas that judge what comes in. */
export function describeApi(version: string, settings: PublicSettings): JsonObject {
  const paths: Record<string, Record<string, JsonValue>> = {};
  for (const route of routes) {
    const path = describePath(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route, settings) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Countersign",
      version,
      description:
        "Runs of AI agents whose consequential tool calls wait for people. Errors are RFC 9457 problem documents whose code says what was refused.",
    },
    paths,
    components: {
      schemas: { ...describeSchemas(), OpenApi: { type: "object" } },
      securitySchemes: { accessToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
    },
  };
}

function describeRoute(route: (typeof routes)[number], settings: PublicSettings): JsonObject {
  const known: Partial<Record<string, Operation>> = operations;
  const operation = known[`${route.method} ${route.path}`];
  if (operation === undefined)
    throw new InvariantBroken(`Route ${route.path} of wiring.ts is not described.`);
  const scope = scopeOf(route, settings);
  const body = operation.body === undefined ? {} : { requestBody: requestBodyOf(operation.body) };
  return {
    operationId: operation.id,
    summary: operation.summary,
    parameters: [...pathParameters(route), ...queryParameters(operation), ...headerParameters(route)],
    ...body,
    responses: { ...answerOf(operation), ...problemsOf({ method: route.method, scope }, operation) },
    security: scope === "public" ? [] : [{ accessToken: [scope] }],
  };
}

function requestBodyOf(body: NonNullable<Operation["body"]>): JsonObject {
  return { required: body !== "Empty", content: { "application/json": { schema: referenceTo(body) } } };
}

function answerOf({ status, answer, answerText }: Operation): JsonObject {
  const content =
    typeof answer === "string"
      ? { "application/json": { schema: referenceTo(answer) } }
      : { [answer.contentType]: { schema: { type: "string" } } };
  const location = { location: { description: "The run's own address.", schema: { type: "string" } } };
  return { [status]: { description: answerText, ...(status === 202 ? { headers: location } : {}), content } };
}

/** One response per status, naming the codes that it can carry. */
function problemsOf(
  { method, scope }: Pick<RouteWiring, "method" | "scope">,
  { codes }: Operation,
): JsonObject {
  const everywhere: readonly RefusalCode[] =
    scope === "public" ? [] : ["unauthenticated", "insufficient_scope"];
  const sent: readonly RefusalCode[] = method === "POST" ? ["too_large"] : [];
  const byStatus = new Map<number, RefusalCode[]>();
  for (const code of [...everywhere, ...codes, ...sent, "check_failed" as const]) {
    byStatus.set(refusalStatus[code], [...(byStatus.get(refusalStatus[code]) ?? []), code]);
  }
  const content = { "application/problem+json": { schema: referenceTo("Problem") } };
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      { description: list.map((code) => `\`${code}\``).join(", "), content },
    ]),
  );
}

function pathParameters({ path }: RouteWiring): readonly JsonObject[] {
  return [...path.matchAll(/:([a-z]+)/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters({ query }: Operation): readonly JsonObject[] {
  if (query === undefined) return [];
  return Object.entries(query.shape).map(([name, schema]) => {
    const { $schema: _dialect, ...described } = toJsonSchema(schema);
    return { name, in: "query", required: false, schema: described };
  });
}

function headerParameters({ method, path }: RouteWiring): readonly JsonObject[] {
  if (method !== "POST") return [];
  const key = { type: "string", minLength: 1, maxLength: 200 };
  const channel = { type: "string", enum: ["api", "cli", "web"], default: "api" };
  const decides = /\/(?:decisions|answers|continue)$/.test(path);
  return [
    { name: "Idempotency-Key", in: "header", required: false, schema: key },
    ...(decides ? [{ name: "X-Countersign-Channel", in: "header", required: false, schema: channel }] : []),
  ];
}

function toJsonSchema(schema: z.ZodMiniType): JsonObject {
  return z.parse(jsonObjectSchema, z.toJSONSchema(schema, { io: "input" }));
}

/** `$id` and `$schema` are left out: inside the document a schema's place is its name. */
function describeSchemas(): Record<string, JsonValue> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io: "input", uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => {
      const { $id: _id, $schema: _dialect, ...described } = z.parse(jsonObjectSchema, schema);
      return [id, described];
    }),
  );
}

function referenceTo(name: SchemaName): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}
