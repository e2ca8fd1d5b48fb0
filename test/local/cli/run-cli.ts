import { runProgram, type Surroundings } from "../../../local/cli/program.ts";

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** 2026-11-22T12:00:00.000Z */
export const noon = Date.UTC(2026, 10, 22, 12);

/** Runs a command line in this process; the person's token is `token-of-<person>`. */
export async function runCli(
  baseUrl: string,
  words: readonly string[],
  changes: {
    readonly env?: Readonly<Record<string, string>>;
    readonly isTTY?: boolean;
  } & Partial<Surroundings> = {},
): Promise<Ran> {
  const { env = {}, isTTY = false, ...surroundings } = changes;
  let stdout = "";
  let stderr = "";
  const exitCode = await runProgram(words, {
    env: { COUNTERSIGN_URL: baseUrl, ...env },
    stdout: { isTTY, write: (text) => (stdout += text) },
    stderr: { isTTY, write: (text) => (stderr += text) },
    openInput: () => {
      throw new Error("No input was asked for.");
    },
    now: () => noon,
    signIn: async (_baseUrl, person) => `token-of-${person}`,
    patienceMs: 5_000,
    startDev: () => Promise.reject(new Error("No server was asked for.")),
    untilStopped: () => Promise.reject(new Error("No server was asked for.")),
    ...surroundings,
  });
  return { exitCode, stdout, stderr };
}
