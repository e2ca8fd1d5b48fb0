import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openDirectoryLog } from "../../../../shared/adapters/sqlite/directory-published-log.ts";
import { StoreUnavailable } from "../../../../shared/domain/errors.ts";
import { describePublishedLogContract } from "../../../contract/published-log-contract.ts";
import { makeTemporaryDirectory } from "./temporary-directory.ts";

const newRoot = () => join(makeTemporaryDirectory(), "published");

describePublishedLogContract("A directory", async () => openDirectoryLog(newRoot()));

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("the directory of a published log", () => {
  test("does not come into being before something is published", async () => {
    const root = newRoot();
    expect(await openDirectoryLog(root).readCheckpoint()).toBeUndefined();
    expect(() => statSync(root)).toThrow("ENOENT");
  });

  test("is its owner's alone, with all that is in it", async () => {
    const root = newRoot();
    const log = openDirectoryLog(root);
    await log.putOnce("tile/entries/000.p/1", Buffer.from("entry"));
    await log.putCheckpoint(Buffer.from("note"), "absent");
    const modes = [
      "",
      "tile",
      "tile/entries",
      "tile/entries/000.p",
      "tile/entries/000.p/1",
      "checkpoint",
    ].map((path) => modeOf(join(root, path)));
    expect(modes).toEqual(["700", "700", "700", "700", "600", "600"]);
  });

  test("keeps nothing of a write that broke off, from the next opening on", async () => {
    const root = newRoot();
    const log = openDirectoryLog(root);
    await log.putOnce("tile/0/000.p/1", Buffer.from("hash"));
    writeFileSync(join(root, ".unfinished/left"), "half a ti");
    const again = openDirectoryLog(root);
    expect(readdirSync(root)).toEqual(["tile"]);
    expect(await again.putOnce("tile/0/000.p/1", Buffer.from("hash"))).toBe("there");
  });

  test("that cannot be written is told apart from one that differs", async () => {
    const root = newRoot();
    writeFileSync(root, "no directory");
    const log = openDirectoryLog(root);
    await expect(log.putOnce("tile/0/000.p/1", Buffer.from("hash"))).rejects.toBeInstanceOf(StoreUnavailable);
    rmSync(root);
    expect(await log.putOnce("tile/0/000.p/1", Buffer.from("hash"))).toBe("written");
  });
});
