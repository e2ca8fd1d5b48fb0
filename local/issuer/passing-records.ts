import type { Adapter, AdapterFactory, AdapterPayload } from "oidc-provider";

/** More open sign-ins than a demo has; the oldest go first, so that nobody can fill the memory. */
const maxRecordsPerModel = 1_000;

/**
 * Keeps codes, grants and open sign-ins in memory: a restart ends the sign-ins that are under way and nothing else,
 * because access tokens are verified by their signature. The caller checks `exp`; here it only makes room.
 */
export function createPassingRecords(): AdapterFactory {
  const models = new Map<string, Map<string, AdapterPayload>>();

  return (model) => {
    const records = new Map<string, AdapterPayload>();
    models.set(model, records);
    return adapterOver(records, models);
  };
}

function adapterOver(
  records: Map<string, AdapterPayload>,
  models: ReadonlyMap<string, Map<string, AdapterPayload>>,
): Adapter {
  return {
    async upsert(id, payload) {
      records.delete(id);
      records.set(id, payload);
      const [oldest] = records.keys();
      if (records.size > maxRecordsPerModel && oldest !== undefined) records.delete(oldest);
    },
    async find(id) {
      return records.get(id);
    },
    async findByUid(uid) {
      return [...records.values()].find((payload) => payload.uid === uid);
    },
    async findByUserCode() {
      throw new Error("The device flow is switched off.");
    },
    async consume(id) {
      const payload = records.get(id);
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1_000);
    },
    async destroy(id) {
      records.delete(id);
    },
    async revokeByGrantId(grantId) {
      for (const granted of models.values()) {
        for (const [id, payload] of granted) {
          if (payload.grantId === grantId) granted.delete(id);
        }
      }
    },
  };
}
