import { describe, expect, test } from "vitest";
import { RequirementReleased, StaleEpoch, StoreUnavailable } from "../../../shared/domain/errors.ts";
import { tokenSchema } from "../../../shared/domain/token.ts";
import { tokenKey } from "../../../shared/records/keys.ts";
import { loadRecord } from "../../../shared/records/loaded.ts";
import { breakOnce, breakPorts } from "../../builders/break-ports.ts";
import { builtRun, expectWritten, requirementAt } from "../../builders/build-live-run.ts";
import { buildSystem, type System } from "../../builders/build-system.ts";

const id = requirementAt(1);

function ask(system: System, token: string, epoch = 1, retryCount = 0): Promise<unknown> {
  const payload = { tenant: "default", runId: builtRun, epoch, requirementId: id, token, retryCount };
  return system.invoke("open-requirement", payload);
}

async function readToken({ storage }: System) {
  const stored = (await loadRecord(storage.store, tokenKey("default", id), tokenSchema))?.value;
  if (stored === undefined) return undefined;
  const { sealed, ...rest } = stored;
  return { ...rest, token: sealed === undefined ? undefined : await storage.openToken(sealed, id) };
}

describe("open-requirement", () => {
  test("a token is stored sealed, for its requirement alone", async () => {
    const system = buildSystem();
    expect(await ask(system, "token-a")).toEqual({});
    const [item] = await system.storage.store.get([tokenKey("default", id)]);
    expect(JSON.stringify(item)).not.toContain("token-a");
    expect(await readToken(system)).toEqual({ v: 1, epoch: 1, retryCount: 0, token: "token-a" });
    await expect(system.storage.openToken(String(item?.body["sealed"]), requirementAt(2))).rejects.toThrow(
      "could not be opened",
    );
  });

  test("the same invocation twice leaves the same token", async () => {
    const system = buildSystem();
    await ask(system, "token-a");
    await ask(system, "token-a");
    expect(await readToken(system)).toEqual({ v: 1, epoch: 1, retryCount: 0, token: "token-a" });
  });

  test.each([
    { later: [1, 1], what: "a retry" },
    { later: [2, 0], what: "a later execution, whatever its count of retries" },
  ] as const)("the token of $what replaces an earlier one, never the other way round", async ({ later }) => {
    const system = buildSystem();
    await ask(system, "earlier");
    await ask(system, "later", ...later);
    await expect(ask(system, "earlier")).rejects.toThrow(StaleEpoch);
    expect(await readToken(system)).toEqual({ v: 1, epoch: later[0], retryCount: later[1], token: "later" });
  });

  test("a requirement that was released before its token came is not waited for", async () => {
    const system = buildSystem();
    const body = { v: 1, epoch: 0, retryCount: 0, released: { at: 1, status: "approved" } };
    await expectWritten(system.storage.store, [
      { action: "put", key: tokenKey("default", id), body, expect: "absent" },
    ]);
    await expect(ask(system, "late", 9)).rejects.toThrow(RequirementReleased);
    expect(await readToken(system)).toMatchObject({ epoch: 0, token: undefined });
  });

  test.each(["before", "after"] as const)(
    "a try whose write broke off %s its effect is followed by one with a token of its own",
    async (when) => {
      const system = buildSystem({ wrap: breakOnce("store.write", when) });
      await expect(ask(system, "first")).rejects.toThrow(StoreUnavailable);
      expect((await readToken(system))?.token).toBe(when === "before" ? undefined : "first");
      await ask(system, "second", 1, 1);
      expect((await readToken(system))?.token).toBe("second");
    },
  );

  test("a release that comes between its read and its write turns it away", async () => {
    const released = { v: 1, epoch: 0, retryCount: 0, released: { at: 1, status: "approved" } };
    const key = tokenKey("default", id);
    let mark: (() => Promise<void>) | undefined;
    const system = buildSystem({
      wrap: (ports) =>
        breakPorts(ports, async (call) => {
          if (call === "store.write") await mark?.();
          mark = call === "store.write" ? undefined : mark;
          return undefined;
        }),
    });
    mark = () =>
      expectWritten(system.storage.store, [{ action: "put", key, body: released, expect: "absent" }]);
    await expect(ask(system, "token-a")).rejects.toThrow(RequirementReleased);
    expect((await system.storage.store.get([key]))[0]?.body).toEqual(released);
  });

  test("a stored wait that cannot be read is left as it is", async () => {
    const system = buildSystem();
    await expectWritten(system.storage.store, [
      { action: "put", key: tokenKey("default", id), body: { v: 2 }, expect: "absent" },
    ]);
    await expect(ask(system, "token-a")).rejects.toThrow(
      `The record tokens/token#default#${id}/token is not readable`,
    );
    expect((await system.storage.store.get([tokenKey("default", id)]))[0]?.body).toEqual({ v: 2 });
  });

  test("an event with a field too many, or a token that is none, is refused", async () => {
    const system = buildSystem();
    await expect(ask(system, "with space")).rejects.toThrow("token");
    await expect(system.invoke("open-requirement", { tenant: "default", runId: builtRun })).rejects.toThrow(
      "requirementId",
    );
    expect(await readToken(system)).toBeUndefined();
  });
});
