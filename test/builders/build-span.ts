import type { Span } from "../../shared/ports/spans.ts";

/** Span number `number` of a run, as `take-agent-steps` makes them. */
export function buildSpan(number: number, over: Partial<Span> = {}): Span {
  return {
    traceId: "a".repeat(32),
    spanId: String(number).padStart(16, "0"),
    run: "run_01m81j18g0041061050r3gg28a",
    name: "chat m",
    kind: "model",
    start: 1_000 + number,
    end: 2_000 + number,
    status: "ok",
    attributes: { "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 12 },
    ...over,
  };
}
