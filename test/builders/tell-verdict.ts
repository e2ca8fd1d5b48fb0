import { assertNever } from "../../shared/domain/assert-never.ts";
import { type GateInput, judgeExecution } from "../../shared/domain/execution-gate.ts";

/** The verdict in one word or two: `refuse` with its code, `run` with its attempt, `settle` with its answer. */
export function verdictOf(given: GateInput): string {
  const verdict = judgeExecution(given);
  switch (verdict.verdict) {
    case "refuse":
      return `refuse ${verdict.status === "cancelled" ? "as cancelled" : verdict.code}`;
    case "run":
      return `run ${verdict.attempt}`;
    case "settle":
      return `settle ${verdict.as}`;
    case "ended":
    case "in-progress":
    case "ask":
    case "receipt-missing":
    case "in-doubt":
      return verdict.verdict;
    default:
      return assertNever(verdict);
  }
}
