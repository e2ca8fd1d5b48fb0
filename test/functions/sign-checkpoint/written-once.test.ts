import { describe, expect, test } from "vitest";
import { signLedger } from "../../../functions/sign-checkpoint/sign-ledger.ts";
import type { Ports } from "../../../local/ports.ts";
import { StoreUnavailable } from "../../../shared/domain/errors.ts";
import type { LogLine } from "../../../shared/ports/functions.ts";
import type { Store } from "../../../shared/ports/store.ts";
import { streams } from "../../../shared/wiring.ts";
import { breakOnce } from "../../builders/break-ports.ts";
import { buildSystem } from "../../builders/build-system.ts";
import { checkLedger, readSeals } from "../../builders/check-ledger.ts";
import { buildKeyPair } from "../../shared/ledger/host-crypto.ts";
import { append, listSeals, partsOf, sign } from "./signing.ts";

describe("what stands in the table of seals", () => {
  test("is never written again: of two that sign one intent, the second leaves the first one's seal", async () => {
    const system = buildSystem({ wrap: breakOnce("ledger.sign", "before") });
    await append(system.storage, "decided");
    await expect(sign(system)).rejects.toThrow(StoreUnavailable);
    const isAsked = Promise.withResolvers<void>();
    const mayAnswer = Promise.withResolvers<void>();
    // A signer of its own, whose seal would be another than the one that stands.
    const { signer } = buildKeyPair("ledger.example/countersign", 8);
    const late = signLedger({
      ...partsOf(system, []),
      findSigner: async () => {
        isAsked.resolve();
        await mayAnswer.promise;
        return signer;
      },
    });
    await isAsked.promise;
    await sign(system);
    const standing = await readSeals(system.storage.store);
    mayAnswer.resolve();
    await late;
    expect(await readSeals(system.storage.store)).toEqual(standing);
    expect(await checkLedger(system.storage)).toEqual({ ok: true, size: 1, sealed: 1, intents: 0 });
  });

  test("moves the stream to resume-run when a seal is added, and not when it is intended", async () => {
    const heard: string[] = [];
    const system = buildSystem({
      wrap: (ports) => breakOnce("ledger.sign", "before")(hearSeals(ports, heard)),
    });
    await append(system.storage, "decided");
    await expect(sign(system)).rejects.toThrow(StoreUnavailable);
    expect(await listSeals(system)).toEqual([[0, 1, "intended"]]);
    expect(heard).toEqual([]);
    await sign(system);
    expect(heard).toEqual(["resume-run hears of seals#default from 0"]);
  });

  test("may move on between the reads of the last intent and the last seal, which is no alarm", async () => {
    const system = buildSystem();
    await append(system.storage, "decided");
    const log: LogLine[] = [];
    const { store } = system.storage;
    let isFirst = true;
    const slow: Store = {
      get: (keys) => store.get(keys),
      write: (actions) => store.write(actions),
      query: async (range) => {
        if (range.partition === "seals#default" && isFirst) {
          isFirst = false;
          await sign(system);
        }
        return store.query(range);
      },
    };
    await signLedger({ ...partsOf(system, log), store: slow });
    expect(log).toEqual([]);
    expect(await listSeals(system)).toEqual([[0, 1, "signed"]]);
  });
});

/** Writes down what the streams of the wiring would carry of the table `seal`. */
function hearSeals(ports: Ports, heard: string[]): Ports {
  const { store } = ports;
  return {
    ...ports,
    store: {
      get: (keys) => store.get(keys),
      query: (range) => store.query(range),
      write: async (actions) => {
        const written = await store.write(actions);
        for (const { key } of actions) {
          const hearing = streams.filter(
            ({ source, partitionPrefix }) =>
              source === key.table && key.partition.startsWith(partitionPrefix),
          );
          for (const { function: name } of hearing)
            heard.push(`${name} hears of ${key.partition} from ${Number(key.sort)}`);
        }
        return written;
      },
    },
  };
}
