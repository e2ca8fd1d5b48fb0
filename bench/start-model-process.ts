import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A model in a process of its own that answers at once. */
export async function startModelProcess(): Promise<{ readonly model: ChildProcess; readonly url: string }> {
  const script = join(import.meta.dirname, "model-server.ts");
  const started = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(started.stdout)) return { model: started, url: line };
  throw new Error("The model server ended before it said where it listens.");
}
