import { execFileSync } from "node:child_process";
import { functionNameOf, defaultPrefix } from "../../shared/names.ts";
import type { FunctionName } from "../../shared/wiring.ts";

/**
 * Ends every worker of a deployed function by SIGKILL, as a host that goes away would, and answers how many there were.
 * A worker is a child of the emulator; its script lies in a directory that has the function's name.
 */
export function killWorkers(emulatorPid: number, name: FunctionName): number {
  const listed = execFileSync("ps", ["-A", "-ww", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const directory = `ministack-lambda-${functionNameOf(defaultPrefix, name)}-`;
  const workers = listed.split("\n").flatMap((line) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(parent) === emulatorPid && command.includes(directory) ? [Number(pid)] : [];
  });
  for (const worker of workers) process.kill(worker, "SIGKILL");
  return workers.length;
}
