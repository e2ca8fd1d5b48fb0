import { createHash, randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { link, mkdir, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InvariantBroken, StoreUnavailable } from "../../domain/errors.ts";
import { equalBytes } from "../../ledger/bytes.ts";
import { parseTilePath } from "../../ledger/tile.ts";
import type { PublishedLog } from "../../ports/published-log.ts";
import type { Revision } from "../../ports/store.ts";

/**
 * A published log in a directory of its own (0700, files 0600), which one process alone writes: the directory of a
 * server's data. A file is written and synced under another name first, so it appears whole and once, and a crash leaves
 * nothing but such a name.
 */
export function openDirectoryLog(root: string): PublishedLog {
  const unfinished = join(root, ".unfinished");
  rmSync(unfinished, { recursive: true, force: true });
  const checkpointFile = join(root, "checkpoint");
  const pathOf = (path: string): string => {
    if (parseTilePath(path) !== undefined) return join(root, path);
    throw new InvariantBroken(`"${path}" is no path of a tile: nothing is read or written there.`);
  };

  async function writeUnder(place: (written: string) => Promise<void>, bytes: Uint8Array): Promise<void> {
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    const written = join(unfinished, randomUUID());
    await using file = await open(written, "wx", 0o600);
    await file.writeFile(bytes);
    await file.sync();
    await place(written);
  }

  async function putNew(file: string, bytes: Uint8Array): Promise<"written" | "taken"> {
    let outcome: "written" | "taken" = "written";
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeUnder(async (written) => {
      try {
        // Unlike a rename, a link never takes the place of what is there.
        await link(written, file);
      } catch (error) {
        if (codeOf(error) !== "EEXIST") throw error;
        outcome = "taken";
      }
      await unlink(written);
    }, bytes);
    await syncDirectories(root, file);
    return outcome;
  }

  async function replaceCheckpoint(
    note: Uint8Array,
    expect: Revision | "absent",
  ): Promise<"written" | "conflict"> {
    const current = await readIfThere(checkpointFile);
    if ((current === undefined ? "absent" : revisionOf(current)) !== expect) return "conflict";
    await writeUnder((written) => rename(written, checkpointFile), note);
    await syncDirectories(root, checkpointFile);
    return "written";
  }

  // Between reading the old checkpoint and writing the new one nobody else may do so.
  let turn: Promise<unknown> = Promise.resolve();
  return {
    read: async (path) => attempt("read", () => readIfThere(pathOf(path))),
    putOnce: async (path, bytes) =>
      attempt("written", async () => {
        const file = pathOf(path);
        if ((await putNew(file, bytes)) === "written") return "written";
        const standing = await readIfThere(file);
        return standing !== undefined && equalBytes(standing, bytes) ? "there" : "differs";
      }),
    readCheckpoint: async () =>
      attempt("read", async () => {
        const note = await readIfThere(checkpointFile);
        return note && { note, revision: revisionOf(note) };
      }),
    putCheckpoint: async (note, expect) => {
      const replaced = turn.then(() => attempt("written", () => replaceCheckpoint(note, expect)));
      turn = replaced.catch(() => undefined);
      return replaced;
    },
  };
}

/** A name is as lasting as the directory that holds it, and so on up to the log's own. */
async function syncDirectories(root: string, file: string): Promise<void> {
  for (let directory = dirname(file); directory.length >= root.length; directory = dirname(directory)) {
    await using handle = await open(directory, "r");
    await handle.sync();
  }
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function revisionOf(note: Uint8Array): Revision {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- This adapter alone makes and compares it.
  return createHash("sha256").update(note).digest("hex") as Revision;
}

async function attempt<T>(what: "read" | "written", work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw new StoreUnavailable(
      `The published log could not be ${what} (${code}): look at its directory and disk.`,
    );
  }
}

/** The operating system's name of a failure. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" && "errno" in error
    ? error.code
    : undefined;
}
