import type { Span } from "../ports/spans.ts";
import type { WriteAction } from "../ports/store.ts";
import { sortableTime } from "./keys.ts";

const retentionSeconds = 90 * 24 * 60 * 60;
/** A span has well below 1 kB, so an item stays far from the 400,000 bytes that it may have. */
const spansPerItem = 100;

/**
 * The writes that keep the spans of one invocation for 90 days, at most five items for its 500 spans. An item holds many
 * of a run's spans: one for each would spend more on its key than on the span, and a write unit on each.
 */
export function spanWrites(tenant: string, spans: readonly Span[], now: number): readonly WriteAction[] {
  const cleanUpAt = Math.ceil(now / 1_000) + retentionSeconds;
  return [...Map.groupBy(spans, ({ run }) => run).values()].flatMap((ofRun) =>
    groupsOf(ofRun).map((group) => groupWrite(tenant, group, cleanUpAt)),
  );
}

function groupsOf(spans: readonly Span[]): readonly (readonly [Span, ...Span[]])[] {
  const [first, ...others] = spans;
  if (first === undefined) return [];
  return [[first, ...others.slice(0, spansPerItem - 1)], ...groupsOf(others.slice(spansPerItem - 1))];
}

/** The group lies where its first span began; its id keeps it apart from groups of the same millisecond. */
function groupWrite(tenant: string, group: readonly [Span, ...Span[]], cleanUpAt: number): WriteAction {
  const [{ run, traceId, start, spanId }] = group;
  return {
    action: "put",
    key: { table: "traces", partition: `run#${tenant}#${run}`, sort: `${sortableTime(start)}#${spanId}` },
    body: { v: 1, run, traceId, spans: group.map(({ run: _run, traceId: _traceId, ...span }) => span) },
    expect: "anything",
    cleanUpAt,
  };
}
