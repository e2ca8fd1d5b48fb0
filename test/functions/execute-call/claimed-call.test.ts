import { describe, expect, test } from "vitest";
import { readRestarts } from "../../../agents/support/tables.ts";
import { createAgentTables } from "../../../shared/records/agent-tables.ts";
import { cancel, decide, startRun, untilAsked, untilEnded } from "../../kill/stories.ts";
import { HeldToolSystem } from "./held-tool-system.ts";

/** A run whose one call is claimed and in the middle of its tool. */
async function startClaimedCall(system: HeldToolSystem) {
  const run = await startRun(system, "Restart the service checkout");
  await decide(system, run, 0, "asker", "approve");
  await system.toolEntered();
  const requirement = await untilAsked(system, run, ({ execution }) => execution?.status === "running");
  return { run, requirement };
}

async function countRestarts({ ports }: HeldToolSystem): Promise<number> {
  const found = await readRestarts(createAgentTables(ports.store, "default", "support"), "checkout");
  return found?.row.restarts.length ?? 0;
}

describe("a call that is claimed and still runs", () => {
  test("has its result recorded before its span is handed over", async () => {
    await using system = await HeldToolSystem.start();
    const { run } = await startClaimedCall(system);
    const before = system.written.length;
    system.letGo();
    await untilEnded(system, run);
    // Others go on meanwhile: seals, tokens, the run.
    const ofTheCall = system.written
      .slice(before)
      .filter((table) => table === "executions" || table === "traces");
    expect(ofTheCall.slice(0, 2)).toEqual(["executions", "traces"]);
  });

  test("is not run by a second invocation, nor by five at once", async () => {
    await using system = await HeldToolSystem.start();
    const { run, requirement } = await startClaimedCall(system);

    await expect(system.executeCall(run, requirement.call)).rejects.toMatchObject({
      name: "ExecutionInProgress",
    });
    const five = await Promise.allSettled(
      Array.from({ length: 5 }, () => system.executeCall(run, requirement.call)),
    );
    expect(five.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => "rejected"));
    expect(system.toolRuns).toBe(1);
    expect(await countRestarts(system)).toBe(0);

    system.letGo();
    expect((await untilEnded(system, run)).status).toBe("completed");
    expect(system.toolRuns).toBe(1);
    expect(await countRestarts(system)).toBe(1);
  });

  test("is not run again by an invocation that comes after it has ended", async () => {
    await using system = await HeldToolSystem.start();
    const { run, requirement } = await startClaimedCall(system);
    system.letGo();
    await untilEnded(system, run);

    await expect(system.executeCall(run, requirement.call)).resolves.toEqual({ status: "ended" });
    expect(system.toolRuns).toBe(1);
    expect(await countRestarts(system)).toBe(1);
  });

  test("finishes and is recorded when its run is cancelled, and the run ends cancelled", async () => {
    await using system = await HeldToolSystem.start();
    const { run, requirement } = await startClaimedCall(system);
    await cancel(system, run);
    const cancelled = await untilAsked(system, run, ({ id }) => id === requirement.id);
    expect(cancelled).toMatchObject({ status: "approved", execution: { status: "running" } });

    system.letGo();
    const ended = await untilEnded(system, run);
    expect(ended.status).toBe("cancelled");
    expect(ended.requirements).toMatchObject([{ status: "approved", execution: { status: "succeeded" } }]);
    expect(ended.usage.toolCalls).toBe(1);
    expect(await countRestarts(system)).toBe(1);
    await system.delivered();
    const sealed = await system.ports.ledger.entriesOf(requirement.id);
    expect(sealed.map(({ entry }) => [entry.kind, entry.outcome])).toEqual([
      ["requested", undefined],
      ["confirmed", undefined],
      ["executed", "succeeded"],
    ]);
  });
});
