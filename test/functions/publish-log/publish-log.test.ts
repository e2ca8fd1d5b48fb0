import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CountersignError, StoreUnavailable } from "../../../shared/domain/errors.ts";
import { formatTilePath, listTiles } from "../../../shared/ledger/tile.ts";
import { loadTile } from "../../../shared/records/ledger-tiles.ts";
import { breakPorts } from "../../builders/break-ports.ts";
import { hashBytes } from "../../builders/sha256.ts";
import { append, appendAndSign, createWorld, publish, sign, sizeOf, verify } from "./publish-world.ts";

describe("publish-log", () => {
  test("publishes nothing before something is sealed", async () => {
    const world = createWorld();
    await publish(world);
    await append(world.storage, 3);
    await publish(world);
    expect([...world.files.keys()]).toEqual([]);
  });

  test("publishes every file of what is sealed, and nothing of what is not", async () => {
    const world = createWorld();
    await appendAndSign(world, 300);
    await append(world.storage, 45);
    await publish(world);
    expect([...world.files.keys()]).toEqual([
      "tile/entries/000",
      "tile/entries/001.p/44",
      "tile/0/000",
      "tile/0/001.p/44",
      "tile/1/000.p/1",
      "checkpoint",
    ]);
    expect(await verify(world)).toBe(300);
  });

  test("goes on from what is published, beside the partial tiles of before", async () => {
    const world = createWorld();
    for (const size of [1, 255, 256, 257, 512, 600]) {
      await appendAndSign(world, size - sizeOf(world.files.get("checkpoint")));
      await publish(world);
      expect(await verify(world)).toBe(size);
      for (const tile of listTiles(size)) {
        const expected = await loadTile(world.storage.ledger, tile, hashBytes);
        const published = world.files.get(formatTilePath(tile)) ?? new Uint8Array();
        expect(Buffer.compare(published, expected)).toBe(0);
      }
    }
    expect(world.files.has("tile/0/000.p/1")).toBe(true);
  });

  test("has nothing to do when nothing was sealed since", async () => {
    const calls: string[] = [];
    const world = createWorld((ports) => breakPorts(ports, async (call) => void calls.push(call)));
    await appendAndSign(world, 5);
    await publish(world);
    calls.length = 0;
    await publish(world);
    // bench/compute-costs.ts counts on these.
    expect(calls).toEqual(["published.readCheckpoint", "store.query", "store.query"]);
  });

  test("takes several steps where there is very much, each with a checkpoint of its own", async () => {
    const sizes: number[] = [];
    const world = createWorld((ports) =>
      breakPorts(ports, async (call) => {
        if (call === "published.putCheckpoint") sizes.push(world.files.size);
        return undefined;
      }),
    );
    for (const _ of [1, 2, 3]) await appendAndSign(world, 2_100);
    await publish(world);
    expect(sizes).toHaveLength(2);
    expect(await verify(world)).toBe(6_300);
  });

  test("twenty at once publish the same, once", async () => {
    const world = createWorld();
    await appendAndSign(world, 300);
    await Promise.all(Array.from({ length: 20 }, () => publish(world)));
    expect(await verify(world)).toBe(300);
    expect(world.system.log).toEqual([]);
  });

  test("one that was overtaken does not put its older checkpoint over the newer", async () => {
    const held = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    let puts = 0;
    const world = createWorld((ports) =>
      breakPorts(ports, async (call) => {
        if (call === "published.putCheckpoint" && (puts += 1) === 1) {
          reached.resolve();
          await held.promise;
        }
        return undefined;
      }),
    );
    await appendAndSign(world, 10);
    const slow = publish(world);
    await reached.promise;
    await appendAndSign(world, 10);
    await publish(world);
    held.resolve();
    await slow;
    expect(await verify(world)).toBe(20);
  });
});

/** The names of all calls that one publishing makes, in their order. */
async function listCalls(): Promise<readonly string[]> {
  const calls: string[] = [];
  const world = createWorld((ports) => breakPorts(ports, async (call) => void calls.push(call)));
  await appendAndSign(world, 250);
  await publish(world);
  await appendAndSign(world, 20);
  calls.length = 0;
  await publish(world);
  return calls;
}

describe("a publishing that broke off", () => {
  test("anywhere, before or after what it did took effect, is finished by the next one", async () => {
    const calls = await listCalls();
    expect(new Set(calls)).toEqual(
      new Set([
        "published.readCheckpoint",
        "store.query",
        "ledger.blockOf",
        "published.read",
        "published.putOnce",
        "published.putCheckpoint",
      ]),
    );
    for (const when of ["before", "after"] as const) {
      for (const [place, expected] of calls.entries()) {
        let left = Infinity;
        const world = createWorld((ports) =>
          breakPorts(ports, async () => ((left -= 1) === -1 ? when : undefined)),
        );
        await appendAndSign(world, 250);
        await publish(world);
        await appendAndSign(world, 20);
        left = place;
        await expect(publish(world), `${when} ${expected}`).rejects.toThrow(StoreUnavailable);
        left = Infinity;
        // Whatever is there now, its readers find what they are promised.
        expect(await verify(world)).toBeOneOf([250, 270]);
        await publish(world);
        expect(await verify(world)).toBe(270);
        expect(world.system.log).toEqual([]);
      }
    }
  });
});

test("no other function reaches the published log", async () => {
  const { system } = createWorld(({ publishedLog: _without, ...ports }) => {
    const untouchable = () => Promise.reject(new Error("touched"));
    const publishedLog = {
      read: untouchable,
      putOnce: untouchable,
      readCheckpoint: untouchable,
      putCheckpoint: untouchable,
    };
    return { ...ports, publishedLog };
  });
  await append(system.storage, 3);
  await system.invoke("sign-checkpoint", {});
  await system.invoke("keep-deadlines", {});
  await expect(system.invoke("publish-log", {})).rejects.toThrow("touched");
});

const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("append" as const), entries: fc.integer({ min: 1, max: 300 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("sign" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("publish" as const), times: fc.integer({ min: 1, max: 4 }) }),
  },
);

test("whatever breaks off and comes again, the published log verifies, never shrinks and ends whole", async () => {
  const seen = { published: 0, broken: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 10 }),
      fc.array(fc.nat(14)),
      async (steps, faults) => {
        const left = [...faults];
        const world = createWorld((ports) =>
          breakPorts(ports, async (call) => {
            const drawn = call.startsWith("published.") ? left.pop() : undefined;
            return drawn === 0 ? "before" : drawn === 1 ? "after" : undefined;
          }),
        );
        let size = 0;
        for (const one of steps) {
          try {
            if (one.kind === "append") await append(world.storage, one.entries);
            else if (one.kind === "sign") await sign(world);
            else await Promise.all(Array.from({ length: one.times }, () => publish(world)));
          } catch (error) {
            if (!(error instanceof CountersignError)) throw error;
            seen.broken += 1;
          }
          const now = sizeOf(world.files.get("checkpoint"));
          expect(now).toBeGreaterThanOrEqual(size);
          expect(await verify(world)).toBe(now === 0 ? "nothing is published" : now);
          size = now;
        }
        left.length = 0;
        await append(world.storage, 1);
        await sign(world);
        await publish(world);
        const last = await world.storage.ledger.last();
        expect(await verify(world)).toBe((last?.from ?? 0) + (last?.entries.length ?? 0));
        expect(world.system.log).toEqual([]);
        seen.published += 1;
      },
    ),
    { numRuns: 40 },
  );
  console.log(`publishing: ${seen.published} logs, ${seen.broken} steps broken off`);
  expect(seen.broken).toBeGreaterThan(0);
});
