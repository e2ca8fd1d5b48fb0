import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunView } from "../../shared/wire/api.ts";
import { inspectData, type Inspection } from "./inspect-data.ts";
import type { KillPlan } from "./kill-plan.ts";
import { MortalSystem } from "./mortal-system.ts";
import { playStory, type Story } from "./stories.ts";

export interface Played {
  readonly run: RunView;
  readonly inspection: Inspection;
  /** What the processes that were killed wrote; the last write of each is the one it died at. */
  readonly deaths: readonly (readonly string[])[];
  /** What the last process wrote. */
  readonly writes: readonly string[];
}

/** Plays a story on an empty directory: a process for each plan, dying by it, and one that lives after them. */
export async function play(story: Story, ...plans: readonly KillPlan[]): Promise<Played> {
  return playOn(plans, (system) => playStory(system, story));
}

export async function playOn(
  plans: readonly KillPlan[],
  act: (system: MortalSystem) => Promise<RunView>,
): Promise<Played> {
  const directory = mkdtempSync(join(tmpdir(), "countersign-kill-"));
  const system = new MortalSystem(directory, plans);
  try {
    const run = await act(system);
    await system.end();
    const { deaths, writes } = system;
    return { run, inspection: await inspectData(directory), deaths, writes };
  } finally {
    await system.dispose();
    rmSync(directory, { recursive: true, force: true });
  }
}
