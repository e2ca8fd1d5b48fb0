import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadSynthesizedMachine } from "../../../local/state-machine/synthesized.ts";
import { readGolden } from "../../machines/definition.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("two loads at once give the committed machine and leave one whole file, which the next load takes", async () => {
  const cacheDirectory = join(folder, "cache");
  const loads = [loadSynthesizedMachine({ cacheDirectory }), loadSynthesizedMachine({ cacheDirectory })];
  for (const machine of await Promise.all(loads)) {
    expect(machine).toEqual({ name: "countersign-run", definition: readGolden("run") });
  }
  const [file = "", ...others] = await readdir(cacheDirectory);
  expect(file).toMatch(/^run-[0-9a-f]{64}\.json$/);
  expect(others).toEqual([]);

  const changed = { name: "from the cache", definition: {} };
  await writeFile(join(cacheDirectory, file), JSON.stringify(changed));
  expect(await loadSynthesizedMachine({ cacheDirectory })).toEqual(changed);

  await writeFile(join(cacheDirectory, file), '{"name":"cut sh');
  expect((await loadSynthesizedMachine({ cacheDirectory })).name).toBe("countersign-run");
}, 60_000);
