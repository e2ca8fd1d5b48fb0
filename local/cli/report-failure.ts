import { SignInFailed } from "../issuer/headless-browser.ts";
import { CommandFailed, RequestRefused } from "./command-failed.ts";
import { hasCode } from "./has-code.ts";
import type { Terminal } from "./terminal.ts";

/** Says why a command failed and what to do next; returns the exit code. */
export function reportFailure(
  error: unknown,
  {
    terminal,
    baseUrl,
    json,
  }: { readonly terminal: Terminal; readonly baseUrl: string; readonly json: boolean },
): number {
  if (hasCode(error, "ECONNREFUSED")) {
    terminal.warn(`No server at ${baseUrl}: start one with npm start`);
    return 1;
  }
  if (error instanceof RequestRefused && json) {
    terminal.printJson(error.problem.json);
    return error.exitCode;
  }
  if (error instanceof CommandFailed) {
    terminal.warn(error.message);
    if (error instanceof RequestRefused && error.next !== undefined) terminal.warnNext(error.next);
    return error.exitCode;
  }
  if (error instanceof SignInFailed) {
    terminal.warn(error.message);
    return 1;
  }
  if (error instanceof TypeError && error.message === "fetch failed") {
    terminal.warn(`The connection to ${baseUrl} broke: look at the output of the server, then try again.`);
    return 1;
  }
  if (error instanceof DOMException && error.name === "TimeoutError") {
    terminal.warn(`${baseUrl} did not answer in time: look at the output of the server, then try again.`);
    return 1;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  for (const line of stack.split("\n")) terminal.warn(line);
  return 1;
}
