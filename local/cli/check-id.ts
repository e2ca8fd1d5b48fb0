import { CommandFailed } from "./command-failed.ts";

// To the commands an id is opaque but for its prefix; what goes into an address and a shell is held to plain characters.

export function isRequirementId(id: string): boolean {
  return /^req_[A-Za-z0-9_-]{1,120}$/.test(id);
}

export function isRunId(id: string): boolean {
  return /^run_[A-Za-z0-9_-]{1,120}$/.test(id);
}

export function checkRequirementId(id: string): string {
  if (isRequirementId(id)) return id;
  throw new CommandFailed(`${JSON.stringify(id)} is no requirement: give an id that begins with req_.`, 2);
}

export function checkRunId(id: string): string {
  if (isRunId(id)) return id;
  throw new CommandFailed(`${JSON.stringify(id)} is no run: give an id that begins with run_.`, 2);
}
