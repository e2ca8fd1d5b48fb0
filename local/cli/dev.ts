import { resolve } from "node:path";
import { CommandFailed } from "./command-failed.ts";
import { hasCode } from "./has-code.ts";
import { askForRefund } from "./next-command.ts";
import type { Terminal } from "./terminal.ts";

export const defaultPort = 4600;

/** Starts the whole system on loopback; rejects if it cannot, leaving nothing open. */
export type StartDev = (options: {
  readonly port: number;
  readonly dataDirectory: string;
  readonly modelUrl?: string;
  readonly testClock: boolean;
  readonly isLogPublic: boolean;
  readonly print: (line: string) => void;
}) => Promise<{ readonly url: string; close(): Promise<void> }>;

export interface DevOptions {
  readonly port: number;
  readonly data: string;
  readonly modelUrl?: string;
  readonly testClock: boolean;
  readonly publicLog: boolean;
}

/** Runs the whole system until it is told to stop. */
export async function runDev(
  terminal: Terminal,
  options: DevOptions,
  { startDev, untilStopped }: { readonly startDev: StartDev; readonly untilStopped: () => Promise<void> },
): Promise<void> {
  const { port, modelUrl, testClock, publicLog } = options;
  const stopped = untilStopped();
  const server = await startDev({
    port,
    dataDirectory: resolve(options.data),
    testClock,
    isLogPublic: publicLog,
    print: (line) => terminal.print(line),
    ...(modelUrl === undefined ? {} : { modelUrl }),
  }).catch((error: unknown) => {
    if (!hasCode(error, "EADDRINUSE")) throw error;
    throw new CommandFailed(`Port ${port} is taken: stop what runs there, or give another with --port.`);
  });

  terminal.print(`Countersign listens at ${server.url}; stop it with Ctrl-C.`, "strong");
  const isDefault = server.url === `http://127.0.0.1:${defaultPort}`;
  terminal.print(
    isDefault ? "In a second terminal:" : `In a second terminal, after export COUNTERSIGN_URL=${server.url}:`,
  );
  terminal.printNext(askForRefund);
  await stopped;
  await server.close();
}
