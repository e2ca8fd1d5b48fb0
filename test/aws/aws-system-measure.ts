import type { Measured } from "../../bench/measured-units.ts";
import type { TableCall, Usage } from "./aws-system-usage.ts";

/** A story in the form in which it is kept; `transitions` are its execution's state entries. */
export function measureUsage(usage: Usage, transitions: number): Measured {
  const names = [...usage.invocations.keys()].toSorted();
  const functions = names.map((name) => {
    const calls = usage.calls.filter((call) => call.function === name);
    return [
      name,
      {
        invocations: usage.invocations.get(name) ?? 0,
        requests: usage.requests.get(name) ?? 0,
        readUnits: sum(calls, "readUnits"),
        writeUnits: sum(calls, "writeUnits"),
      },
    ] as const;
  });
  return {
    transitions,
    kilobytesKept: Math.ceil(usage.bytesKept / 1_000),
    keyRequests: usage.keyRequests,
    signatures: usage.signatures,
    functions: Object.fromEntries(functions),
  };
}

/** Prints a row for each function, operation and table. */
export function printUsage(title: string, usage: Usage): void {
  const groups = Map.groupBy(usage.calls, (call) => `${call.function} ${call.operation} ${call.table}`);
  const rows = [...groups.values()].map((calls) => {
    const { function: name = "", operation = "", table = "" } = calls[0] ?? {};
    return {
      function: name,
      operation,
      table,
      calls: calls.length,
      "read units": sum(calls, "readUnits"),
      "write units": sum(calls, "writeUnits"),
    };
  });
  console.log(title);
  console.table(rows.toSorted((a, b) => (a.function < b.function ? -1 : 1)));
}

function sum(calls: readonly TableCall[], units: "readUnits" | "writeUnits"): number {
  return calls.reduce((total, call) => total + call[units], 0);
}
