import type { Span } from "../ports/spans.ts";
import type { WriteAction } from "../ports/store.ts";
import { sortableTime } from "./keys.ts";

const retentionSeconds = 90 * 24 * 60 * 60;
/** A transaction's limit. */
const spansPerWrite = 100;

/** The writes that keep spans for 90 days, in groups of at most one transaction each. */
export function spanWrites(
  tenant: string,
  spans: readonly Span[],
  now: number,
): readonly (readonly WriteAction[])[] {
  const actions = spans.map(
    (span): WriteAction => ({
      action: "put",
      key: {
        table: "traces",
        partition: `run#${tenant}#${span.run}`,
        sort: `${sortableTime(span.start)}#${span.spanId}`,
      },
      body: { v: 1, ...span },
      expect: "anything",
      cleanUpAt: Math.ceil(now / 1_000) + retentionSeconds,
    }),
  );
  return Array.from({ length: Math.ceil(actions.length / spansPerWrite) }, (_, group) =>
    actions.slice(group * spansPerWrite, (group + 1) * spansPerWrite),
  );
}
