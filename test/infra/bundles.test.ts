import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bundle, bundleFunctions, functionNames } from "../../bench/bundle-functions.ts";
import * as z from "zod/mini";
import type { FunctionName } from "../../shared/wiring.ts";

const bundles = await bundleFunctions();
const directory = mkdtempSync(join(tmpdir(), "countersign-bundles-"));
for (const { name, contents } of bundles) writeFileSync(join(directory, `${name}.mjs`), contents);
afterAll(() => rmSync(directory, { recursive: true }));

/** The names that `pattern` finds among a bundle's files, each once. */
function find({ inputs }: Bundle, pattern: RegExp): readonly string[] {
  return [...new Set(inputs.flatMap((input) => pattern.exec(input)?.[1] ?? []))].toSorted();
}

/** Names of those bundles of which a file matches. */
function holding(pattern: RegExp): readonly string[] {
  return bundles.filter(({ inputs }) => inputs.some((input) => pattern.test(input))).map(({ name }) => name);
}

const behindApi = ["serve-reads", "control-runs", "record-decisions", "erase-subjects"] as const;

/** Which client of the SDK each function carries, and which variables it has to be told, in the order it reads them. */
const deployed: Readonly<
  Record<FunctionName, { readonly clients: readonly string[]; readonly variables: readonly string[] }>
> = {
  "take-agent-steps": {
    clients: ["dynamodb", "kinesis", "secrets-manager"],
    variables: ["PREFIX", "TENANT", "MODEL", "MODEL_URL"],
  },
  "open-requirement": { clients: ["dynamodb", "kms"], variables: ["PREFIX", "TENANT", "TOKEN_KEY_ARN"] },
  "execute-call": {
    clients: ["dynamodb", "kinesis", "kms"],
    variables: ["PREFIX", "TENANT", "LEDGER_KEY_ARN", "LEDGER_ORIGIN"],
  },
  "end-run": { clients: ["dynamodb"], variables: ["PREFIX", "TENANT"] },
  "append-ledger": { clients: ["dynamodb"], variables: ["PREFIX", "TENANT"] },
  "sign-checkpoint": {
    clients: ["dynamodb", "kms"],
    variables: ["PREFIX", "TENANT", "LEDGER_KEY_ARN", "LEDGER_ORIGIN"],
  },
  "publish-log": {
    clients: ["dynamodb", "kms", "s3"],
    variables: ["PREFIX", "TENANT", "LEDGER_KEY_ARN", "LEDGER_ORIGIN", "LOG_BUCKET"],
  },
  "resume-run": {
    clients: ["dynamodb", "kms", "sfn"],
    variables: ["PREFIX", "TENANT", "TOKEN_KEY_ARN", "STATE_MACHINE_ARN"],
  },
  "adopt-runs": { clients: ["dynamodb", "sfn"], variables: ["PREFIX", "TENANT", "STATE_MACHINE_ARN"] },
  "keep-deadlines": {
    clients: ["dynamodb", "lambda", "sfn"],
    variables: ["PREFIX", "TENANT", "STATE_MACHINE_ARN"],
  },
  "write-traces": { clients: ["dynamodb"], variables: ["PREFIX", "TENANT"] },
  "serve-reads": {
    clients: ["dynamodb", "kms"],
    variables: [
      "PREFIX",
      "TENANT",
      "ISSUER",
      "CLIENT_IDS",
      "GROUPS_CLAIM",
      "NAME_CLAIM",
      "LEDGER_KEY_ARN",
      "LEDGER_ORIGIN",
    ],
  },
  "control-runs": {
    clients: ["dynamodb", "sfn"],
    variables: [
      "PREFIX",
      "TENANT",
      "ISSUER",
      "CLIENT_IDS",
      "GROUPS_CLAIM",
      "NAME_CLAIM",
      "STATE_MACHINE_ARN",
    ],
  },
  "record-decisions": {
    clients: ["dynamodb"],
    variables: ["PREFIX", "TENANT", "ISSUER", "CLIENT_IDS", "GROUPS_CLAIM", "NAME_CLAIM"],
  },
  "erase-subjects": {
    clients: ["dynamodb"],
    variables: ["PREFIX", "TENANT", "ISSUER", "CLIENT_IDS", "GROUPS_CLAIM", "NAME_CLAIM"],
  },
};

describe("what a bundle holds", () => {
  test("every function of the wiring has one", () => {
    expect(bundles.map(({ name }) => name)).toEqual(functionNames);
    expect(functionNames).toEqual(Object.keys(deployed));
  });

  test.for(bundles)("$name imports nothing at run time but what is built into Node", ({ imports }) => {
    const bare = imports.map((path) => path.replace(/^node:/, ""));
    expect(bare.filter((path) => !builtinModules.includes(path))).toEqual([]);
  });

  test.for(bundles)("$name carries zod/mini only", (bundle) => {
    expect(find(bundle, /node_modules\/zod\/(v3|v4\/(?:classic|locales))\//)).toEqual([]);
  });

  test.for(bundles)("$name is made of its own, shared and agents' sources", ({ name, inputs }) => {
    const own = inputs.filter((file) => !file.includes("node_modules/"));
    const allowed = new RegExp(`^(?:functions/(?:${name}|http|lambda)|shared|agents)/`);
    expect(own.filter((file) => !allowed.test(file))).toEqual([]);
  });

  test.for(bundles)("$name carries the SDK's clients that it uses and no other", (bundle) => {
    const clients = find(bundle, /node_modules\/@aws-sdk\/client-([a-z0-9-]+)\//);
    expect(clients).toEqual(deployed[bundle.name].clients);
  });

  test("code that opens a task token is in resume-run alone, code that seals one in open-requirement", () => {
    expect(holding(/client-kms\/.*\/DecryptCommand\.js$/)).toEqual(["resume-run"]);
    expect(holding(/client-kms\/.*\/EncryptCommand\.js$/)).toEqual(["open-requirement"]);
  });

  test("the model's client is in take-agent-steps alone, token verification in the functions behind the API", () => {
    expect(holding(/node_modules\/openai\//)).toEqual(["take-agent-steps"]);
    expect(holding(/node_modules\/jose\//)).toEqual(behindApi);
    expect(holding(/node_modules\/hono\//)).toEqual(behindApi);
  });

  test("the ledger's adapter is in the functions that the wiring grants the ledger", () => {
    expect(holding(/dynamodb-ledger-store\.ts$/)).toEqual([
      "execute-call",
      "append-ledger",
      "sign-checkpoint",
      "publish-log",
      "resume-run",
      "keep-deadlines",
      "serve-reads",
    ]);
  });
});

/** An address of loopback at which nobody listens. */
let nobody: string;

beforeAll(async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  nobody = `http://127.0.0.1:${address.port}`;
  server.close();
  await once(server, "close");
});

const run = "01hzzzzzzzzzzzzzzzzzzzzzzz";
const execution = { tenant: "default", runId: `run_${run}`, epoch: 1 };
const outboxRow = { table: "work", partition: "outbox#default#0", sort: "entry" };

const span = { spanId: "0".repeat(16), name: "chat", kind: "model", start: 1, end: 2, status: "ok" };
const spanRecord = Buffer.from(
  JSON.stringify({
    v: 1,
    run: execution.runId,
    traceId: "0".repeat(32),
    spans: [{ ...span, attributes: {} }],
  }),
).toString("base64");

function httpEvent(method: "GET" | "POST", rawPath: string): object {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const token = `${encode({ alg: "RS256", kid: "1" })}.${encode({ sub: "asker" })}.c2ln`;
  return {
    version: "2.0",
    rawPath,
    rawQueryString: "",
    headers: { authorization: `Bearer ${token}` },
    requestContext: { http: { method } },
    isBase64Encoded: false,
  };
}

/** Of each function an event of its own, and one that it does not take; the sweep takes any. */
const events: Readonly<Record<FunctionName, { readonly good: unknown; readonly malformed?: unknown }>> = {
  "take-agent-steps": { good: execution, malformed: { ...execution, input: "refund" } },
  "open-requirement": {
    good: { ...execution, requirementId: `req_${run}_1_1_1`, token: "AQC", retryCount: 0 },
    malformed: { ...execution, requirementId: `req_${run}_1_1_1` },
  },
  "execute-call": {
    good: { ...execution, callId: `call_${run}_1_1` },
    malformed: { ...execution, callId: "call_1" },
  },
  "end-run": { good: execution, malformed: { ...execution, epoch: 0 } },
  "append-ledger": { good: { sealAgain: [outboxRow] }, malformed: { Records: [{}] } },
  "sign-checkpoint": { good: {}, malformed: { Records: [{}] } },
  "publish-log": { good: {} },
  "resume-run": {
    good: { releaseAgain: { tenant: "default", requirement: `req_${run}_1_1_1` } },
    malformed: { releaseAgain: `req_${run}_1_1_1` },
  },
  "adopt-runs": {
    good: { detail: { name: "run", status: "FAILED", input: JSON.stringify(execution) } },
    malformed: { detail: { name: "run", status: "GONE" } },
  },
  "keep-deadlines": { good: {} },
  "write-traces": {
    good: { Records: [{ kinesis: { sequenceNumber: "1", data: spanRecord } }] },
    malformed: { Records: [{ kinesis: { data: "" } }] },
  },
  "serve-reads": { good: httpEvent("GET", "/runs"), malformed: { httpMethod: "GET", path: "/runs" } },
  "control-runs": { good: httpEvent("POST", "/agents/support/runs"), malformed: "POST" },
  "erase-subjects": { good: httpEvent("POST", "/subjects/cus_1/erase"), malformed: [] },
  "record-decisions": { good: httpEvent("POST", `/runs/run_${run}/continue`), malformed: null },
};

/** Every variable that a function may have to be told. */
function everyVariable(): Record<string, string> {
  return {
    PREFIX: "countersign",
    TENANT: "default",
    TOKEN_KEY_ARN: "arn:aws:kms:us-east-1:000000000000:key/1",
    LEDGER_KEY_ARN: "arn:aws:kms:us-east-1:000000000000:key/2",
    LEDGER_ORIGIN: "countersign/000000000000/us-east-1/countersign",
    LOG_BUCKET: "countersign-stateful-log-1",
    STATE_MACHINE_ARN: "arn:aws:states:us-east-1:000000000000:stateMachine:countersign-run",
    MODEL: "gpt-4.1-mini",
    MODEL_URL: `${nobody}/v1`,
    ISSUER: `${nobody}/oidc`,
    CLIENT_IDS: "web,cli",
    GROUPS_CLAIM: "cognito:groups",
    NAME_CLAIM: "username",
  };
}

const reportSchema = z.strictObject({
  /** What its first start said, that was told nothing. */
  startedWithout: z.string(),
  outcomes: z.array(
    z.strictObject({
      /** As the caller would see it; none when the function answered. */
      errorType: z.optional(z.string()),
      answer: z.optional(z.unknown()),
      /** Connections that it tried to open. */
      connections: z.number(),
    }),
  ),
});
type Report = z.infer<typeof reportSchema>;

const reports = new Map<FunctionName, Promise<Report>>();

/** Starts the bundle in a process of its own, first without its variables, then hands it its malformed and good event. */
function reportOf(name: FunctionName): Promise<Report> {
  const report = reports.get(name) ?? runBundle(name);
  reports.set(name, report);
  return report;
}

async function runBundle(name: FunctionName): Promise<Report> {
  const told = Object.entries(everyVariable()).filter(([variable]) =>
    deployed[name].variables.includes(variable),
  );
  const { malformed, good } = events[name];
  const args = [
    join(import.meta.dirname, "invoke-bundle.ts"),
    join(directory, `${name}.mjs`),
    JSON.stringify(Object.fromEntries(told)),
    JSON.stringify(malformed === undefined ? [good] : [malformed, good]),
  ];
  const env = {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL: nobody,
  };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return reportSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
}

describe.concurrent("a bundle in a process of its own", () => {
  test.for(functionNames)("%s does not start without its variables, and names them all", async (name) => {
    const missing = deployed[name].variables.map((variable) => `${variable} is missing`).join(", ");
    expect((await reportOf(name)).startedWithout).toBe(
      `Error: The function's environment is not usable: ${missing}. Redeploy the service stack, which sets it.`,
    );
  });

  test.for(functionNames.filter((name) => events[name].malformed !== undefined))(
    "%s refuses an event that it does not take, without a connection",
    async (name) => {
      const { outcomes } = await reportOf(name);
      expect(outcomes[0]).toEqual({ errorType: "MalformedRecord", connections: 0 });
    },
  );

  test.for([
    "take-agent-steps",
    "open-requirement",
    "execute-call",
    "end-run",
    "append-ledger",
    "resume-run",
    "adopt-runs",
    "keep-deadlines",
  ] as const)("%s asks the store, and is to be tried again when that is away", async (name) => {
    const outcome = (await reportOf(name)).outcomes.at(-1);
    expect(outcome?.errorType).toBe("StoreUnavailable");
    expect(outcome?.connections).toBeGreaterThan(0);
  });

  test("write-traces asks the store, and has the record come again when that is away", async () => {
    const outcome = (await reportOf("write-traces")).outcomes.at(-1);
    expect(outcome?.answer).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
    expect(outcome?.connections).toBeGreaterThan(0);
  });

  test.for(behindApi)(
    "%s asks the issuer for its keys, and lets nobody in when that is away",
    async (name) => {
      const outcome = (await reportOf(name)).outcomes.at(-1);
      expect(outcome?.answer).toMatchObject({
        statusCode: 503,
        headers: { "content-type": "application/problem+json" },
      });
      expect(outcome?.connections).toBeGreaterThan(0);
    },
  );
});
