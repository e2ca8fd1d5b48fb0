/** One step of a run for debugging, by OpenTelemetry's GenAI names; may be lost in a crash, so never an audit record. */
export interface Span {
  /** 32 lower-case hex; one trace per run. */
  readonly traceId: string;
  /** 16 lower-case hex. */
  readonly spanId: string;
  readonly run: string;
  readonly name: string;
  readonly kind: "model" | "tool";
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly status: "ok" | "error";
  readonly attributes: { readonly [name: string]: string | number | boolean };
}

/** Hands over the spans of one invocation, at most 500; never throws, because no run waits for its trace. */
export type EmitSpans = (spans: readonly Span[]) => Promise<void>;
