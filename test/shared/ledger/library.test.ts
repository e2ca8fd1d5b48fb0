import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { transform } from "esbuild";
import { beforeAll, expect, test } from "vitest";
import { formatNoteKey } from "../../../shared/ledger/note-key.ts";
import { formatReceipt } from "../../../shared/ledger/receipt.ts";
import { buildEntries, buildLog, proveEntry } from "./build-log.ts";

// What `npm run build:ledger` makes for the package's export `countersign/ledger`.

const root = join(import.meta.dirname, "../../..");

beforeAll(() => {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "build:ledger"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
}, 120_000);

test("the built library imports nothing", () => {
  const code = readFileSync(join(root, "dist/ledger/verify.js"), "utf8");
  expect(code.match(/\b(?:import|require)\b\s*[({"'*\w]|\bprocess\.|\bBuffer\b/g)).toBeNull();
});

test("the built library runs without anything of Node's, on SHA-256 of its own", async () => {
  const built = await transform(readFileSync(join(root, "dist/ledger/verify.js"), "utf8"), {
    format: "iife",
    globalName: "ledger",
  });
  const log = await buildLog(buildEntries(300));
  const index = 137;
  const proof = await proveEntry(log, index);
  const extra = log.entries[index];
  if (extra === undefined) throw new Error("There is entry 137.");
  const receipt = formatReceipt({ index, proof, checkpoint: log.checkpoint, extra });
  // Of the web's own: text encoding, and Ed25519, which stands at `verify` here.
  const context = createContext({
    TextEncoder,
    TextDecoder,
    receipt,
    key: formatNoteKey(log.keys.key),
    verify: (_publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
      log.keys.verifier.verify(new Uint8Array(message), new Uint8Array(signature)),
  });
  runInContext(built.code, context);
  const run = async (text: string) => {
    const answer: unknown = await runInContext(
      `(async () => {
        const host = ledger.createHost(verify);
        const trusted = ledger.trustLog([key], host);
        const checked = await ledger.checkReceipt({ receipt: ${text}, trust: trusted.trust }, host);
        return JSON.stringify([checked.ok, checked.index, checked.fault]);
      })()`,
      context,
    );
    return answer;
  };
  expect(await run("receipt")).toBe("[true,137,null]");
  expect(await run('receipt.replace("index 137", "index 138")')).toBe('[false,null,"tampered"]');
});

test("the package's export is what was built", () => {
  const program = 'import("countersign/ledger").then((ledger) => console.log(Object.keys(ledger).join()))';
  const { stdout } = spawnSync(process.execPath, ["--eval", program], { cwd: root, encoding: "utf8" });
  expect(stdout).toBe("checkGrowth,checkLog,checkReceipt,createHost,trustLog\n");
});
