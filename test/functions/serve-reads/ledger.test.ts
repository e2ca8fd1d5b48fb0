import { describe, expect, test } from "vitest";
import { callIdOf, requirementIdOf } from "../../../shared/domain/ids.ts";
import { nodeHost } from "../../../local/cli/node-host.ts";
import { parseNoteKey } from "../../../shared/ledger/note-key.ts";
import { parseReceipt, verifyReceipt } from "../../../shared/ledger/receipt.ts";
import { checkLog } from "../../../shared/ledger/verify.ts";
import { intendWrite } from "../../../shared/records/seal-records.ts";
import { entryListSchema, requirementViewSchema } from "../../../shared/wire/api.ts";
import type { LedgerEntry } from "../../../shared/wire/ledger-entry.ts";
import { buildEntry } from "../../builders/build-entry.ts";
import { hashBytes } from "../../shared/ledger/host-crypto.ts";
import { buildRequirement, buildRun, noon, stage, tenant, vote } from "../http/records.ts";
import { createWorld, ledgerKeys, verdictOf, type World } from "../http/world.ts";

// The asker's refund, approved by finance: three entries about it, and two about others.

const run = buildRun(0);
const call = callIdOf(run.id, 1, 0);
const id = requirementIdOf(call, 1);
const other = requirementIdOf(callIdOf(buildRun(1).id, 1, 0), 1);
const trust = { origin: "ledger.example/countersign", verifiers: [ledgerKeys.verifier] };

function entry(place: number, kind: LedgerEntry["kind"], about = id): LedgerEntry {
  return buildEntry({
    id: `entry-${place}`,
    kind,
    tenant,
    at: noon + place * 1_000,
    run: run.id,
    requirement: about,
    actor: { kind: "person", subject: "finance-1" },
  });
}

const asked = entry(0, "requested");
const othersAsked = entry(1, "requested", other);
const confirmed = entry(2, "confirmed");
const decided = entry(3, "decided");
const executed = entry(4, "executed");

async function createLedger(options: Parameters<typeof createWorld>[0] = {}): Promise<World> {
  const world = await createWorld(options);
  const stages = [stage("finance", { status: "passed", votes: [vote("finance-1", "approve")] })];
  await world.addRequirement(buildRequirement(call, run, { status: "approved", stages }));
  await world.appendEntries(asked, othersAsked);
  await world.appendEntries(confirmed);
  await world.appendEntries(decided);
  return world;
}

async function createSealed(options: Parameters<typeof createWorld>[0] = {}): Promise<World> {
  const world = await createLedger(options);
  await world.seal();
  await world.appendEntries(executed);
  return world;
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");

describe("who reads the ledger", () => {
  //              its entries, all entries, receipt, checkpoint, tile
  test.each<[string, readonly number[]]>([
    ["asker", [200, 404, 200, 404, 404]],
    ["asker-2", [404, 404, 404, 404, 404]],
    ["finance-2", [200, 404, 200, 404, 404]],
    ["ops-1", [404, 404, 404, 404, 404]],
    ["auditor", [200, 200, 200, 200, 200]],
    ["admin", [404, 404, 404, 404, 404]],
    ["outsider", [404, 404, 404, 404, 404]],
    ["pretender", [404, 404, 404, 404, 404]],
    ["service", [404, 404, 404, 404, 404]],
    ["reader", [200, 404, 200, 404, 404]],
    ["starter", [403, 403, 403, 403, 403]],
  ])("%s", async (as, statuses) => {
    const world = await createSealed();
    const paths = [`entries?requirement=${id}`, "entries", `receipts/${id}`, "checkpoint", "tile/0/000.p/4"];
    const received = [];
    for (const path of paths) received.push((await world.send("GET", `/ledger/${path}`, { as })).status);
    expect(received).toEqual(statuses);
  });

  test("nobody without a token, but for the public key", async () => {
    const world = await createSealed();
    for (const path of ["entries", `receipts/${id}`, "checkpoint", "tile/0/000.p/4"])
      expect(verdictOf(await world.send("GET", `/ledger/${path}`))).toBe("401 unauthenticated");
    const { status, bytes } = await world.send("GET", "/ledger/key");
    const key = parseNoteKey(textOf(bytes).trimEnd(), hashBytes);
    expect([status, key.ok && key.key.name]).toEqual([200, "ledger.example/countersign"]);
  });
});

describe("a public log", () => {
  const fetched = ["checkpoint", "tile/0/000.p/4", "tile/entries/000.p/4"];

  test("is fetched without a token, and with any", async () => {
    const world = await createSealed({ isLogPublic: true });
    for (const as of [undefined, "outsider", "auditor", "service", "no-such-token", "unknowable"]) {
      for (const path of fetched) {
        const { status } = await world.send("GET", `/ledger/${path}`, as === undefined ? {} : { as });
        expect([as, path, status]).toEqual([as, path, 200]);
      }
    }
  });

  test("verifies, up to what is sealed and no further", async () => {
    const world = await createSealed({ isLogPublic: true });
    const readFile = async (path: string) => {
      const { status, bytes } = await world.send("GET", `/ledger/${path}`);
      return status === 200 ? bytes : undefined;
    };
    const checked = await checkLog({ readFile, trust }, nodeHost);
    expect(checked).toMatchObject({ ok: true, checkpoint: { size: 4 } });
    expect(await readFile("tile/0/000.p/5")).toBeUndefined();
  });

  test("may be kept by whoever passes it on", async () => {
    const world = await createSealed({ isLogPublic: true });
    const { headers } = await world.send("GET", "/ledger/tile/0/000.p/4");
    expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect((await world.send("GET", "/ledger/checkpoint")).headers.get("cache-control")).toBe("no-store");
  });

  test("opens nothing else", async () => {
    const world = await createSealed({ isLogPublic: true });
    for (const path of ["ledger/entries", `ledger/receipts/${id}`, "runs", `requirements/${id}`]) {
      expect([path, (await world.send("GET", `/${path}`)).status]).toEqual([path, 401]);
      expect((await world.send("GET", `/${path}`, { as: "starter" })).status).toBe(403);
    }
    expect((await world.send("GET", "/ledger/checkpoint?size=1")).status).toBe(422);
  });

  test("is not what a deployment is by itself", async () => {
    const world = await createSealed();
    for (const path of fetched) expect((await world.send("GET", `/ledger/${path}`)).status).toBe(401);
  });
});

describe("entries", () => {
  async function list(world: World, query: string, as = "auditor") {
    const { json } = await world.send("GET", `/ledger/entries${query}`, { as });
    return entryListSchema.parse(json);
  }

  test("come oldest first with index, and tell what is sealed", async () => {
    const { items, nextCursor } = await list(await createSealed(), "");
    expect(items).toEqual([
      { index: 0, sealed: true, entry: asked },
      { index: 1, sealed: true, entry: othersAsked },
      { index: 2, sealed: true, entry: confirmed },
      { index: 3, sealed: true, entry: decided },
      { index: 4, sealed: false, entry: executed },
    ]);
    expect(nextCursor).toBeNull();
  });

  test.each<[string, readonly number[]]>([
    ["?kind=requested", [0, 1]],
    [`?requirement=${id}`, [0, 2, 3, 4]],
    [`?requirement=${id}&kind=decided`, [3]],
    ["?from=2026-11-22T12:00:02.000Z", [2, 3, 4]],
    ["?from=2026-11-22T12:00:01Z&to=2026-11-22T12:00:03Z", [1, 2]],
    ["?from=2026-11-22T14:00:03%2B02:00", [3, 4]],
    ["?to=2026-11-22T12:00:00Z", []],
    ["?kind=withdrawn", []],
  ])("are found by %s", async (query, indexes) => {
    const { items } = await list(await createSealed(), query);
    expect(items.map(({ index }) => index)).toEqual(indexes);
  });

  test.each(["", `&requirement=${id}`, "&kind=decided"])(
    "are paged to their end, each once, with %j",
    async (filter) => {
      const world = await createSealed();
      const whole = await list(world, `?limit=200${filter}`);
      const paged = [];
      for (let cursor = ""; ;) {
        const { items, nextCursor } = await list(world, `?limit=1${filter}${cursor}`);
        expect(items.length).toBeLessThan(2);
        paged.push(...items);
        if (nextCursor === null) break;
        cursor = `&cursor=${nextCursor}`;
      }
      expect(paged).toEqual(whole.items);
    },
  );

  test("of more blocks than one request looks at come in pages, some of them empty", async () => {
    const world = await createWorld();
    for (let place = 0; place < 230; place += 1)
      await world.appendEntries({ ...entry(place, place === 225 ? "decided" : "requested") });
    const first = await list(world, "?kind=decided");
    expect(first.items).toEqual([]);
    const second = await list(world, `?kind=decided&cursor=${first.nextCursor ?? ""}`);
    expect(second.items.map(({ index }) => index)).toEqual([225]);
    expect(second.nextCursor).toBeNull();
  });

  test("of an empty ledger are none", async () => {
    expect(await list(await createWorld(), "")).toEqual({ items: [], nextCursor: null });
  });

  test.each([
    "?kind=approved",
    "?from=yesterday",
    "?from=2026-11-22",
    "?limit=0",
    "?cursor=MQ==",
    "?cursor=LTE",
    "?index=1",
    "?kind=decided&kind=decided",
  ])("are refused as invalid with %s", async (query) => {
    const world = await createSealed();
    expect(verdictOf(await world.send("GET", `/ledger/entries${query}`, { as: "auditor" }))).toBe(
      "422 invalid_input",
    );
  });
});

describe("a receipt", () => {
  async function read(world: World, query = "", as = "asker") {
    return world.send("GET", `/ledger/receipts/${id}${query}`, { as });
  }

  test.each([
    ["", 3, decided],
    ["?entry=0", 0, asked],
    ["?entry=2", 2, confirmed],
  ] as const)("with the query %j is of entry %d, and verifies", async (query, index, sealed) => {
    const { headers, bytes } = await read(await createSealed(), query);
    expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-store");
    const receipt = textOf(bytes);
    const parsed = parseReceipt(receipt);
    if (!parsed.ok) throw new Error(parsed.why);
    const bytesOfEntry = parsed.receipt.extra ?? new Uint8Array();
    expect(JSON.parse(textOf(bytesOfEntry))).toEqual(sealed);
    expect(await verifyReceipt({ receipt, entry: bytesOfEntry, ...trust }, hashBytes)).toMatchObject({
      ok: true,
      index,
    });
  });

  test("that is not sealed yet is said to come", async () => {
    expect((await read(await createLedger())).json).toMatchObject({
      status: 404,
      code: "not_found",
      detail: "Entry 3 is not sealed yet: try again in a moment.",
    });
  });

  test("of a seal that is only intended is not there yet", async () => {
    const world = await createLedger();
    await world.write(intendWrite(tenant, { v: 1, from: 0, to: 4, root: "ab".repeat(32), at: noon }));
    expect(verdictOf(await read(world))).toBe("404 not_found");
    expect(verdictOf(await world.send("GET", "/ledger/checkpoint", { as: "auditor" }))).toBe("404 not_found");
    expect(verdictOf(await world.send("GET", "/ledger/tile/0/000.p/4", { as: "auditor" }))).toBe(
      "404 not_found",
    );
  });

  test.each([
    ["?entry=1", "404 not_found"],
    ["?entry=4", "404 not_found"],
    ["?entry=99", "404 not_found"],
    ["?entry=-1", "422 invalid_input"],
    ["?entry=01", "422 invalid_input"],
    ["?index=1", "422 invalid_input"],
  ])("with %s is refused: %s", async (query, verdict) => {
    expect(verdictOf(await read(await createSealed(), query))).toBe(verdict);
  });

  test("of a requirement that nobody has settled is not there", async () => {
    const world = await createWorld();
    await world.addRequirement(buildRequirement(call, run));
    await world.appendEntries(asked);
    await world.seal();
    expect(verdictOf(await read(world))).toBe("404 not_found");
  });
});

describe("a requirement", () => {
  async function readReceiptOf(world: World) {
    const { json } = await world.send("GET", `/requirements/${id}`, { as: "asker" });
    return requirementViewSchema.parse(json).receipt;
  }

  test("names its receipt once its end is sealed", async () => {
    const world = await createLedger();
    expect(await readReceiptOf(world)).toBeUndefined();
    await world.seal();
    expect(await readReceiptOf(world)).toEqual({ index: 3, url: `/ledger/receipts/${id}` });
  });

  test("that waits names none", async () => {
    const world = await createWorld();
    await world.addRequirement(buildRequirement(call, run));
    await world.appendEntries(asked, confirmed);
    await world.seal();
    expect(await readReceiptOf(world)).toBeUndefined();
  });
});

describe("the log", () => {
  async function readFile(world: World, path: string): Promise<Uint8Array | undefined> {
    const { status, bytes } = await world.send("GET", `/ledger/${path}`, { as: "auditor" });
    return status === 200 ? bytes : undefined;
  }

  test("verifies as it is served", async () => {
    const world = await createSealed();
    const host = { hash: hashBytes, verifyEd25519: () => false };
    expect(await checkLog({ readFile: (path) => readFile(world, path), trust }, host)).toMatchObject({
      ok: true,
      checkpoint: { size: 4 },
    });
  });

  test("is served with tiles to keep and a checkpoint to read anew", async () => {
    const world = await createSealed();
    const tile = await world.send("GET", "/ledger/tile/0/000.p/4", { as: "auditor" });
    expect(tile.headers.get("content-type")).toBe("application/octet-stream");
    expect(tile.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
    expect(tile.bytes).toHaveLength(4 * 32);
    const checkpoint = await world.send("GET", "/ledger/checkpoint", { as: "auditor" });
    expect(checkpoint.headers.get("cache-control")).toBe("no-store");
    expect(textOf(checkpoint.bytes)).toMatch(/^ledger\.example\/countersign\n4\n/);
  });

  test.each(["0/000.p/3", "entries/000.p/4", "entries/000.p/1"])("has the partial tile %s", async (path) => {
    expect(await readFile(await createSealed(), `tile/${path}`)).toBeDefined();
  });

  // Entry 4 stands in the ledger, and no checkpoint covers it.
  test.each([
    "0/000.p/5",
    "0/000",
    "entries/000.p/5",
    "1/000.p/1",
    "0/001.p/1",
    "0/00",
    "entries",
    "0/000.p/4/x",
    "64/000.p/1",
  ])("has no tile %s", async (path) => {
    const world = await createSealed();
    expect(verdictOf(await world.send("GET", `/ledger/tile/${path}`, { as: "auditor" }))).toBe(
      "404 not_found",
    );
  });

  test("takes no query", async () => {
    const world = await createSealed();
    for (const path of ["checkpoint", "tile/0/000.p/4"])
      expect(verdictOf(await world.send("GET", `/ledger/${path}?x=1`, { as: "auditor" }))).toBe(
        "422 invalid_input",
      );
  });
});
