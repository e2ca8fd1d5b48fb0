import { describe, expect, test } from "vitest";
import { InvariantBroken } from "../../shared/domain/errors.ts";
import type { PublishedLog } from "../../shared/ports/published-log.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (read: Uint8Array | undefined) => read && new TextDecoder().decode(read);

/** What must be true of a published log wherever it lies; each log that is made is a new, empty one. */
export function describePublishedLogContract(name: string, makeLog: () => Promise<PublishedLog>): void {
  describe(`${name} as a published log`, () => {
    test("holds nothing at first", async () => {
      const log = await makeLog();
      expect(await log.readCheckpoint()).toBeUndefined();
      expect(await log.read("tile/0/000")).toBeUndefined();
    });

    test("answers a tile with the bytes that were put, empty ones and large ones too", async () => {
      const log = await makeLog();
      const large = Uint8Array.from({ length: 1_000_000 }, (_, at) => at % 251);
      expect(await log.putOnce("tile/entries/x001/x234/067", large)).toBe("written");
      expect(await log.putOnce("tile/1/000.p/1", bytes(""))).toBe("written");
      const read = await log.read("tile/entries/x001/x234/067");
      expect(Buffer.compare(read ?? bytes(""), large)).toBe(0);
      expect(textOf(await log.read("tile/1/000.p/1"))).toBe("");
    });

    test("keeps a tile as it was first put, and tells a repeat from another one", async () => {
      const log = await makeLog();
      expect(await log.putOnce("tile/0/000.p/3", bytes("first"))).toBe("written");
      expect(await log.putOnce("tile/0/000.p/3", bytes("first"))).toBe("there");
      expect(await log.putOnce("tile/0/000.p/3", bytes("other"))).toBe("differs");
      expect(await log.putOnce("tile/0/000.p/3", bytes("firs"))).toBe("differs");
      expect(textOf(await log.read("tile/0/000.p/3"))).toBe("first");
    });

    test("keeps partial tiles beside the full one", async () => {
      const log = await makeLog();
      for (const path of ["tile/0/000.p/255", "tile/0/000", "tile/0/001.p/1"]) {
        expect(await log.putOnce(path, bytes(path))).toBe("written");
      }
      expect(textOf(await log.read("tile/0/000.p/255"))).toBe("tile/0/000.p/255");
      expect(textOf(await log.read("tile/0/000"))).toBe("tile/0/000");
    });

    test("takes one of twenty different tiles of one name that come at once", async () => {
      const log = await makeLog();
      const tries = Array.from({ length: 20 }, (_, at) => log.putOnce("tile/0/000", bytes(`try ${at}`)));
      const outcomes = await Promise.all(tries);
      expect(outcomes.toSorted()).toEqual([...Array<string>(19).fill("differs"), "written"]);
      expect(textOf(await log.read("tile/0/000"))).toBe(`try ${outcomes.indexOf("written")}`);
    });

    test("replaces the checkpoint that was read, and no other", async () => {
      const log = await makeLog();
      expect(await log.putCheckpoint(bytes("one"), "absent")).toBe("written");
      expect(await log.putCheckpoint(bytes("two"), "absent")).toBe("conflict");
      const one = await log.readCheckpoint();
      if (one === undefined) throw new Error("The checkpoint is not there.");
      expect(textOf(one.note)).toBe("one");
      expect(await log.putCheckpoint(bytes("two"), one.revision)).toBe("written");
      expect(await log.putCheckpoint(bytes("three"), one.revision)).toBe("conflict");
      expect(textOf((await log.readCheckpoint())?.note)).toBe("two");
    });

    test("takes one of twenty checkpoints that come at once", async () => {
      const log = await makeLog();
      const tries = Array.from({ length: 20 }, (_, at) => log.putCheckpoint(bytes(`try ${at}`), "absent"));
      const outcomes = await Promise.all(tries);
      expect(outcomes.toSorted()).toEqual([...Array<string>(19).fill("conflict"), "written"]);
      expect(textOf((await log.readCheckpoint())?.note)).toBe(`try ${outcomes.indexOf("written")}`);
    });

    test.each(["checkpoint", "../checkpoint", "tile/0/../../x", "/etc/hosts", "tile/0/000.p/256", ""])(
      "neither reads nor writes a tile at %s",
      async (path) => {
        const log = await makeLog();
        await expect(log.read(path)).rejects.toBeInstanceOf(InvariantBroken);
        await expect(log.putOnce(path, bytes("x"))).rejects.toBeInstanceOf(InvariantBroken);
      },
    );
  });
}
