import { describe, expect, test } from "vitest";
import { makeDataDirectory, startIssuer } from "../issuer/start-issuer.ts";
import { buildRequirement, requirementId } from "./api-builders.ts";
import { runCli } from "./run-cli.ts";
import { ok, refused, startStub } from "./stub-server.ts";

const readRoute = `GET /requirements/${requirementId}`;
const show = ["show", requirementId, "--as", "asker"];

async function findClosedUrl(): Promise<string> {
  await using server = await startStub({});
  return server.url;
}

describe("a command", () => {
  test("without a server says how to start one", async () => {
    const url = await findClosedUrl();
    expect(await runCli(url, show)).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `No server at ${url}: start one with npm start\n`,
    });
  });

  test("whose sign-in finds no server says the same", async () => {
    const url = await findClosedUrl();
    expect(await runCli(url, ["token", "asker"])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `No server at ${url}: start one with npm start\n`,
    });
  });

  test("of an unknown person lists the known ones", async () => {
    const { exitCode, stderr } = await runCli("http://127.0.0.1:1", ["inbox", "--as", "finance"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^There is no person "finance"\. The seeded people are asker, asker-2, finance-1 /,
    );
  });

  test.for([
    [["approve"], "error: missing required argument 'requirement'\n"],
    [["aprove", "req_1"], "error: unknown command 'aprove'\n(Did you mean approve?)\n"],
    [["inbox", "--all"], "error: unknown option '--all'\n"],
    [
      ["demo", "show", "refunds"],
      "error: command-argument value 'refunds' is invalid for argument 'table'. Allowed choices are orders, customers, outbox, notices.\n",
    ],
    [
      ["dev", "--port", "70000"],
      "error: option '--port <number>' argument '70000' is invalid. Give a number from 0 to 65535; 0 takes any free port.\n",
    ],
  ] as const)("typed wrongly ends with 2: %j", async ([words, complaint]) => {
    expect(await runCli("http://127.0.0.1:1", words)).toEqual({ exitCode: 2, stdout: "", stderr: complaint });
  });

  test("refuses an address that is none", async () => {
    expect(await runCli("ftp://example.com", show)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: 'COUNTERSIGN_URL is "ftp://example.com": set it to an http or https address.\n',
    });
  });

  test("of a server that answers something else says where", async () => {
    await using server = await startStub({
      [readRoute]: [
        ok({ ...buildRequirement(), digest: 1 }),
        ok("<html>"),
        { status: 502, body: "<html>\u001b[2J" },
      ],
    });
    expect((await runCli(server.url, show)).stderr).toBe(
      `${server.url} answered GET /requirements/${requirementId} in a shape that this version does not know at "digest": update one of the two.\n`,
    );
    expect((await runCli(server.url, show)).exitCode).toBe(1);
    expect((await runCli(server.url, show)).stderr).toBe(
      `The server answered GET /requirements/${requirementId} with 502 and no reason: look at the output of the server.\n`,
    );
  });

  test("does not follow a server that sends its token elsewhere", async () => {
    await using server = await startStub({ [readRoute]: { status: 307, body: "" } });
    expect((await runCli(server.url, show)).exitCode).toBe(1);
    expect(server.requests).toHaveLength(1);
  });
});

describe("colours", () => {
  const empty = { "GET /requirements?view=awaiting-me&limit=50": ok({ items: [], nextCursor: null }) };
  const next =
    'Next: npx countersign run support "Refund order 1042, 250.00 because the parcel was lost" --as asker';

  test("are used on a terminal", async () => {
    await using server = await startStub(empty);
    const { stdout } = await runCli(server.url, ["inbox", "--as", "ops-1"], { isTTY: true });
    expect(stdout).toBe(`Nothing waits for ops-1.\n\u001b[1m${next}\u001b[0m\n`);
  });

  test("are left out with NO_COLOR", async () => {
    await using server = await startStub(empty);
    const changes = { isTTY: true, env: { NO_COLOR: "1" } };
    expect((await runCli(server.url, ["inbox", "--as", "ops-1"], changes)).stdout).toBe(
      `Nothing waits for ops-1.\n${next}\n`,
    );
  });
});

describe("demo show", () => {
  const orders = '{"id":"1001","total":"20.00"}\n{"id":"1042","total":"1250.00","notes":["\u202e"]}\n';

  test("prints JSON lines and nothing else", async () => {
    await using server = await startStub({ "GET /demo/orders": ok(orders) });
    expect(await runCli(server.url, ["demo", "show", "orders"])).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: String.raw`{"id":"1001","total":"20.00"}
{"id":"1042","total":"1250.00","notes":["\u202e"]}
`,
    });
  });

  test("of one id prints that row", async () => {
    await using server = await startStub({ "GET /demo/orders": ok(orders) });
    expect((await runCli(server.url, ["demo", "show", "orders", "1001"])).stdout).toBe(
      '{"id":"1001","total":"20.00"}\n',
    );
    expect(await runCli(server.url, ["demo", "show", "orders", "7"])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "orders has no row 7.\n",
    });
  });

  test("of a server without a demo says so", async () => {
    await using server = await startStub({ "GET /demo/outbox": refused(404, "not_found", "No route.") });
    expect((await runCli(server.url, ["demo", "show", "outbox"])).stderr).toBe(
      "This server has no demo tables: they exist where npm start runs.\n",
    );
  });

  test("of notices prints no line and says why on stderr", async () => {
    await using server = await startStub({});
    expect(await runCli(server.url, ["demo", "show", "notices"])).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "There are no notices yet: this version sends no messages to pools. See the inbox instead.\n",
    });
  });
});

describe("token", () => {
  test("is one that the issuer signed for the person, alone on stdout", async () => {
    await using directory = await makeDataDirectory();
    await using server = await startIssuer(directory.path);
    const baseUrl = new URL(server.issuerUrl).origin;
    const { stdout, exitCode } = await runCli(baseUrl, ["token", "finance-1"]);
    expect(exitCode).toBe(0);
    expect(await server.verify(stdout.trimEnd())).toMatchObject({
      subject: "finance-1",
      groups: ["finance"],
    });
  });

  test("of service is a machine's, made with the secret in the data directory", async () => {
    await using directory = await makeDataDirectory();
    await using server = await startIssuer(directory.path);
    const baseUrl = new URL(server.issuerUrl).origin;
    const { stdout } = await runCli(baseUrl, ["token", "service", "--data", directory.path]);
    expect(await server.verify(stdout.trimEnd())).toMatchObject({ kind: "machine", subject: "service" });
    expect(await runCli(baseUrl, ["token", "service", "--data", "/nowhere"])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr:
        "/nowhere/service-client-secret cannot be read: give the data directory of the server with --data DIR.\n",
    });
  });
});
