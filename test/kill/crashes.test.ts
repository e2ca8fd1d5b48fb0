import { describe, expect, test } from "vitest";
import { runListSchema, runViewSchema } from "../../shared/wire/api.ts";
import { type Inspection, nothingLeft } from "./inspect-data.ts";
import type { KillPlan } from "./kill-plan.ts";
import type { MortalSystem } from "./mortal-system.ts";
import { play, playOn, type Played } from "./play.ts";
import { cancel, decide, refund, settle, startRun, untilAsked, untilEnded } from "./stories.ts";

const whole = { ledger: "whole", leftovers: nothingLeft } as const satisfies Partial<Inspection>;

describe("a crash inside a tool that must not run twice", () => {
  async function crash(
    when: "before" | "after",
    go: (system: MortalSystem, run: string) => Promise<void>,
  ): Promise<Played> {
    return playOn([{ at: "tool", tool: "restart_service", when }], async (system) => {
      const run = await startRun(system, "Restart the service checkout");
      await decide(system, run, 0, "asker", "approve");
      await go(system, run);
      return untilEnded(system, run);
    });
  }

  test.concurrent.for([
    ["after", "happened", 1, "succeeded"],
    ["after", "run-again", 2, "succeeded"],
    ["after", "give-up", 1, "failed"],
    ["before", "run-again", 1, "succeeded"],
    ["before", "give-up", 0, "failed"],
  ] as const)(
    "%s its effect is asked about; %s leaves %i effects",
    async ([when, outcome, restarts, status]) => {
      const { run, inspection } = await crash(when, (system, id) => settle(system, id, outcome));
      expect(run.status).toBe("completed");
      expect(inspection).toMatchObject({ ...whole, restarts, calls: [status] });
    },
  );

  test.concurrent("leaves the call in doubt and the run paused until the asker has answered", async () => {
    const { inspection } = await crash("after", async (system, id) => {
      const question = await untilAsked(system, id, ({ kind }) => kind === "reconcile");
      expect(question).toMatchObject({ status: "pending", execution: { status: "in-doubt" } });
      expect(question.stages).toMatchObject([{ by: "asker", need: 1, status: "open" }]);
      // Every retry and sweep of an hour finds the question and leaves the tool alone.
      for (let step = 0; step < 10; step += 1) await system.advance(360_000);
      const asked = await untilAsked(system, id, ({ kind }) => kind === "reconcile");
      expect(asked).toMatchObject({ id: question.id, status: "pending", execution: { status: "in-doubt" } });
      await settle(system, id, "happened");
    });
    expect(inspection).toMatchObject({ ...whole, restarts: 1 });
  });

  test.concurrent("does not run it again when the run is cancelled while people are asked", async () => {
    const { run, inspection } = await crash("after", async (system, id) => {
      await untilAsked(system, id, ({ kind }) => kind === "reconcile");
      await cancel(system, id);
    });
    expect(run.status).toBe("cancelled");
    expect(inspection).toMatchObject({ ...whole, restarts: 1, calls: ["failed"] });
  });

  test.concurrent("is asked about also in a run that was cancelled under the claim", async () => {
    const { run, inspection } = await crash("after", async (system, id) => {
      await cancel(system, id);
      await settle(system, id, "happened");
    });
    expect(run.status).toBe("cancelled");
    expect(inspection).toMatchObject({ ...whole, restarts: 1, calls: ["succeeded"] });
  });
});

describe("a crash inside a tool that is idempotent", () => {
  const plan = (when: "before" | "after"): KillPlan => ({ at: "tool", tool: "issue_refund", when });

  test.concurrent.for(["before", "after"] as const)("%s its effect ends in one refund", async (when) => {
    const { run, inspection, deaths } = await play(refund, plan(when));
    expect(deaths.length).toBe(1);
    expect(run.status).toBe("completed");
    expect(inspection).toMatchObject({ ...whole, refunds: ["250.00"], calls: ["succeeded"] });
  });

  test.concurrent("twice in a row ends in one refund", async () => {
    const { inspection, deaths } = await play(refund, plan("after"), plan("after"));
    expect(deaths.length).toBe(2);
    expect(inspection).toMatchObject({ ...whole, refunds: ["250.00"], calls: ["succeeded"] });
  });

  test.concurrent("is mended although the run was cancelled, because the claim may have had its effect", async () => {
    const { run, inspection } = await playOn([plan("after")], async (system) => {
      const id = await startRun(system, refund.input);
      await refund.play(system, id);
      await untilAsked(system, id, ({ execution }) => execution?.status === "running");
      await cancel(system, id);
      return untilEnded(system, id);
    });
    expect(run.status).toBe("cancelled");
    expect(inspection).toMatchObject({ ...whole, refunds: ["250.00"], calls: ["succeeded"] });
  });
});

describe("a client that never comes back", () => {
  test.concurrent("after its run was stored finds it at the people it waits for", async () => {
    const { run, inspection } = await playOn([{ at: "write", ordinal: 1, when: "after" }], async (system) => {
      const path = "/agents/support/runs";
      await system.abandon("asker", {
        method: "POST",
        path,
        body: { input: refund.input },
        view: runViewSchema,
      });
      await system.advance(90_000);
      const runs = await system.ask("asker", { method: "GET", path: "/runs", view: runListSchema });
      if (runs.outcome === "refused") throw new Error(runs.problem.detail);
      const [found] = runs.view.items;
      if (found === undefined) throw new Error("The run is lost.");
      await refund.play(system, found.id);
      return untilEnded(system, found.id);
    });
    expect(run.status).toBe("completed");
    expect(inspection).toMatchObject({ ...whole, runs: ["completed"], refunds: ["250.00"] });
  });
});
