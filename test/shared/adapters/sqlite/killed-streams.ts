import type { StreamSource } from "../../../../shared/adapters/sqlite/stream-feed.ts";

export const killedStreams: readonly StreamSource[] = [
  { source: "work", partitionPrefix: "outbox#", carries: "items", function: "append-ledger" },
];
