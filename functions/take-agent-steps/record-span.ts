import type { Span } from "../../shared/ports/spans.ts";
import type { Turn } from "./turn.ts";

/** Gathers a span of this invocation; it ends now. */
export function recordSpan(
  { parts, state, spans }: Turn,
  span: Pick<Span, "name" | "kind" | "start" | "attributes"> & { readonly isError: boolean },
): void {
  const { isError, ...rest } = span;
  spans.push({
    ...rest,
    traceId: state.run.traceId,
    spanId: Buffer.from(parts.randomBytes(8)).toString("hex"),
    run: state.run.id,
    end: parts.now(),
    status: isError ? "error" : "ok",
  });
}
