import { seedSupport } from "../agents/support/seed.ts";
import { poolIdSchema, subjectSchema } from "../shared/domain/ids.ts";
import type { Pool } from "../shared/domain/pool.ts";
import type { Store } from "../shared/ports/store.ts";
import { createAgentTables } from "../shared/records/agent-tables.ts";
import { poolKey } from "../shared/records/keys.ts";
import { seededPeople } from "./issuer/seeded-people.ts";

const seededPools = ["finance", "ops"] as const;

/** The demo's pools and orders; what is there already stays as it is. */
export async function seedDemo(store: Store, tenant: string): Promise<void> {
  for (const id of seededPools) {
    const members = seededPeople.filter(({ groups }) => groups.includes(id)).map(({ subject }) => subject);
    const pool: Pool = {
      v: 1,
      id: poolIdSchema.parse(id),
      members: members.map((member) => subjectSchema.parse(member)),
    };
    await store.write([{ action: "put", key: poolKey(tenant, id), body: pool, expect: "absent" }]);
  }
  await seedSupport(createAgentTables(store, tenant, "support"));
}
