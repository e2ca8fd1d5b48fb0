import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { StartDev } from "../../../local/cli/dev.ts";
import { runCli } from "./run-cli.ts";

const noServer = "http://127.0.0.1:1";

/** Starts nothing, and records what was asked for and what happened. */
function recordStarts(url: string) {
  const started: Omit<Parameters<StartDev>[0], "print">[] = [];
  const events: string[] = [];
  const startDev: StartDev = ({ print, ...options }) => {
    started.push(options);
    print("finance-1 approved \u001b[2J");
    return Promise.resolve({
      url,
      close: () => {
        events.push("closed");
        return Promise.resolve();
      },
    });
  };
  const untilStopped = () => Promise.resolve().then(() => void events.push("told to stop"));
  return { started, events, surroundings: { startDev, untilStopped } };
}

describe("dev", () => {
  test("says where it listens and what to type in a second terminal, and closes when told to stop", async () => {
    const { started, events, surroundings } = recordStarts("http://127.0.0.1:4600");
    expect(await runCli(noServer, ["dev"], surroundings)).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: String.raw`finance-1 approved \u{1b}[2J
Countersign listens at http://127.0.0.1:4600; stop it with Ctrl-C.
In a second terminal:
Next: npx countersign run support "Refund order 1042, 250.00 because the parcel was lost" --as asker
`,
    });
    expect(started).toEqual([
      { port: 4600, dataDirectory: resolve(".countersign"), testClock: false, isLogPublic: false },
    ]);
    expect(events).toEqual(["told to stop", "closed"]);
  });

  test("passes its options on, and tells a second terminal about another port", async () => {
    const { started, surroundings } = recordStarts("http://127.0.0.1:4700");
    const words = [
      "dev",
      "--port",
      "4700",
      "--data",
      "/tmp/d",
      "--model-url",
      "http://127.0.0.1:9/v1",
      "--test-clock",
      "--public-log",
    ];
    const { stdout } = await runCli(noServer, words, surroundings);
    expect(stdout).toContain(
      "\nIn a second terminal, after export COUNTERSIGN_URL=http://127.0.0.1:4700:\nNext: ",
    );
    expect(started).toEqual([
      {
        port: 4700,
        dataDirectory: "/tmp/d",
        modelUrl: "http://127.0.0.1:9/v1",
        testClock: true,
        isLogPublic: true,
      },
    ]);
  });

  test("on a port that is taken says what to do", async () => {
    const taken = Object.assign(new Error("listen EADDRINUSE"), { code: "EADDRINUSE" });
    const untilStopped = () => Promise.withResolvers<void>().promise;
    const surroundings = { startDev: () => Promise.reject(taken), untilStopped };
    expect(await runCli(noServer, ["dev"], surroundings)).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "Port 4600 is taken: stop what runs there, or give another with --port.\n",
    });
  });
});
