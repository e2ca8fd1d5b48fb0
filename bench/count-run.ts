import * as z from "zod/mini";
import { executionName } from "../shared/domain/run.ts";
import { runIdSchema } from "../shared/domain/ids.ts";
import type { Ports } from "../local/ports.ts";
import { createPortCounter, type PortCounts } from "./count-ports.ts";
import { type BenchOptions, openBenchSystem } from "./open-system.ts";

/** What one run costs in things that are counted, not timed; the same on every machine. */
export interface RunCounts {
  /** State entries of the execution, which is what Step Functions bills. */
  readonly transitions: number;
  readonly ports: PortCounts;
  /** The refund's tool ran so often. */
  readonly refunds: number;
}

const startedSchema = z.object({ id: runIdSchema });
const pausedSchema = z.object({ requirements: z.tuple([z.object({ id: z.string(), digest: z.string() })]) });

/**
 * Counts one run with one gate: started by the asker, read and approved by one approver, seen to its end. Nobody polls
 * in between, since how often a waiting reader looks depends on the machine: the moments are told by the ports.
 */
export async function countOneRun(options: Omit<BenchOptions, "onTool">, turns: number): Promise<RunCounts> {
  const counter = createPortCounter();
  const moments = createMoments();
  let refunds = 0;
  const onTool = (name: string) => void (refunds += name === "issue_refund" ? 1 : 0);
  const bench = await openBenchSystem({ ...options, onTool }, (ports) => moments.wrap(counter.wrap(ports)));
  const { system, send } = bench;
  await system.sweep();
  counter.take();
  const body = { input: `run=counted turns=${turns}` };
  const { id } = startedSchema.parse(await send("asker", "POST", "/agents/bench/runs", { body }));
  await moments.tokenStored;
  await system.events.dispatcher.idle();
  const { requirements } = pausedSchema.parse(await send("asker", "GET", `/runs/${id}`));
  const [{ id: requirement, digest }] = requirements;
  const decision = { decision: "approve", digest };
  await send("approver", "POST", `/requirements/${requirement}/decisions`, { body: decision });
  await moments.endHeard;
  await system.events.dispatcher.idle();
  const description = system.events.engine.describeExecution(executionName({ id, epoch: 1 }));
  const ports = counter.take();
  await bench.close();
  return { transitions: description?.transitions ?? 0, ports, refunds };
}

/** Tells when a run waits with its token stored, and when `adopt-runs` has looked at its ended execution. */
function createMoments() {
  const tokenStored = Promise.withResolvers<void>();
  const endHeard = Promise.withResolvers<void>();
  let hasEnded = false;
  const wrap = ({ store, ...ports }: Ports): Ports => ({
    ...ports,
    store: {
      query: (range) => store.query(range),
      async get(keys) {
        const items = await store.get(keys);
        if (hasEnded && keys.some(({ sort }) => sort === "run")) endHeard.resolve();
        return items;
      },
      async write(actions) {
        const outcome = await store.write(actions);
        if (actions.some(({ key }) => key.table === "tokens")) tokenStored.resolve();
        if (actions.some(({ action, key }) => action === "delete" && key.partition.startsWith("live#")))
          hasEnded = true;
        return outcome;
      },
    },
  });
  return { wrap, tokenStored: tokenStored.promise, endHeard: endHeard.promise };
}
