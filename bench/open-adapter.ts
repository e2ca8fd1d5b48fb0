import * as z from "zod/mini";
import type { BenchOptions, BenchSystem, Send } from "./open-system.ts";
import { openBenchSystem } from "./open-system.ts";

/** What the bench does to every system under comparison: pause at a gate, approve from outside, see it through. */
export interface BenchAdapter {
  /** Resolves once the run waits for its approver and is stored under `dir`. */
  start(id: string, turns: number): Promise<void>;
  /** Approves the refund of the run that was started as `id`; resolves with the final text. */
  approve(id: string): Promise<string>;
  /**
   * After a restart: sees the run through, with the approval if that is still missing. A call that was cut off while it
   * ran is put to people, never run again unasked: then the answer says so.
   */
  recover(id: string): Promise<string>;
  close(): Promise<void>;
}

export async function openAdapter(options: BenchOptions): Promise<BenchAdapter> {
  const system = await openBenchSystem({ ...options, modelUrl: withVersion(options.modelUrl) });
  return createAdapter(system);
}

/** What is read of a run; `requirements` are open ones first. */
const runSchema = z.object({
  id: z.string(),
  status: z.enum(["running", "paused", "completed", "failed", "cancelled"]),
  input: z.optional(z.string()),
  output: z.optional(z.string()),
  error: z.optional(z.object({ code: z.string(), message: z.string() })),
  requirements: z.array(z.object({ id: z.string(), kind: z.string(), status: z.string() })),
});
type Run = z.infer<typeof runSchema>;

const runListSchema = z.object({ items: z.array(runSchema), nextCursor: z.nullable(z.string()) });
const shownSchema = z.object({ digest: z.string() });

/** The adapter's calls as requests of the two people; what it keeps of a run is what the API answered about it. */
export function createAdapter({ send, close }: Pick<BenchSystem, "send" | "close">): BenchAdapter {
  const runs = new Map<string, Run>();

  async function findRun(id: string): Promise<Run> {
    const run = runs.get(id) ?? (await searchRun(send, id));
    runs.set(id, run);
    return run;
  }

  async function approve(id: string): Promise<string> {
    const run = await findRun(id);
    runs.delete(id);
    const [requirement] = run.requirements;
    if (requirement === undefined) throw new Error(`Run ${run.id} waits for nobody; it is ${run.status}.`);
    await decide(send, requirement.id);
    return textOf(await waitWhile(send, run.id, (status) => status === "running"));
  }

  return {
    async start(id, turns) {
      const body = { input: `run=${id} turns=${turns}` };
      const answer = await send("asker", "POST", "/agents/bench/runs", { body, idempotencyKey: id });
      const run = await waitWhile(send, runSchema.parse(answer).id, (status) => status === "running");
      if (run.status !== "paused") throw new Error(`Run ${run.id} did not stop at its gate: ${textOf(run)}`);
      runs.set(id, run);
    },
    approve,
    async recover(id) {
      const { id: run } = await findRun(id);
      const latest = await waitWhile(send, run, (status) => status === "running");
      runs.set(id, latest);
      return latest.status === "paused" && latest.requirements[0]?.kind === "approval"
        ? approve(id)
        : textOf(latest);
    },
    close,
  };
}

/** A process that has just started knows no run: it looks through the asker's own, newest first. */
async function searchRun(send: Send, id: string): Promise<Run> {
  let cursor = "";
  for (;;) {
    const page = runListSchema.parse(await send("asker", "GET", `/runs?agent=bench&limit=200${cursor}`));
    const found = page.items.find(({ input }) => input?.startsWith(`run=${id} `));
    if (found !== undefined) return found;
    if (page.nextCursor === null) throw new Error(`There is no run that was started as "${id}".`);
    cursor = `&cursor=${page.nextCursor}`;
  }
}

/** Approves what is shown, as the approver has to: the decision quotes the digest that was read. */
async function decide(send: Send, requirement: string): Promise<void> {
  const { digest } = shownSchema.parse(await send("approver", "GET", `/requirements/${requirement}`));
  const body = { decision: "approve", digest };
  await send("approver", "POST", `/requirements/${requirement}/decisions`, { body });
}

/** Follows a run that was seen as `running`, to the first status that ends the waiting. */
async function waitWhile(
  send: Send,
  run: string,
  isWaiting: (status: Run["status"]) => boolean,
): Promise<Run> {
  let seen: Run["status"] = "running";
  for (;;) {
    const latest = runSchema.parse(await send("asker", "GET", `/runs/${run}?wait=20&seen=${seen}`));
    if (!isWaiting(latest.status)) return latest;
    seen = latest.status;
  }
}

function textOf({ id, status, output, error, requirements }: Run): string {
  if (status === "completed") return output ?? "";
  if (status === "paused") return `Run ${id} waits for people: ${requirements[0]?.kind ?? "nobody"}.`;
  throw new Error(`Run ${id} is ${status}: ${error?.code ?? ""} ${error?.message ?? ""}`);
}

/** A bare origin means the version that every compatible server has. */
function withVersion(modelUrl: string): string {
  const url = new URL(modelUrl);
  return url.pathname === "/" ? new URL("/v1", url).href : modelUrl;
}
