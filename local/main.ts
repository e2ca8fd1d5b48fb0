import { once } from "node:events";
import { runProgram } from "./cli/program.ts";
import { obtainToken } from "./issuer/obtain-token.ts";

/** How long a command waits for what usually takes a moment. */
const patienceMs = 5_000;

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader of a pipe, such as `head`, may stop before the end.
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await runProgram(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  openInput: () => process.stdin,
  now: Date.now,
  patienceMs,
  untilStopped,
  signIn: async (baseUrl, person) => {
    // About 10 ms, so tokens are not kept between commands.
    const { accessToken } = await obtainToken({ issuerUrl: `${baseUrl}/oidc`, person });
    return accessToken;
  },
  startDev: async (options) => {
    // The server is hundreds of milliseconds of imports that no other command needs.
    const { startDev } = await import("./dev.ts");
    return startDev(options);
  },
});

// A server that could not start may have left something open; what was printed is written out before the end.
if (process.exitCode !== 0) process.stdout.write("", () => process.stderr.write("", () => process.exit()));

/** The first signal asks for a clean end, the second does not wait for it. */
async function untilStopped(): Promise<void> {
  const signals = ["SIGINT", "SIGTERM"];
  await Promise.race(signals.map((signal) => once(process, signal)));
  for (const signal of signals) process.on(signal, () => process.exit(130));
}
