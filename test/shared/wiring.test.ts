import { describe, expect, test } from "vitest";
import { describePath, gatewayPath } from "../../shared/wiring.ts";

describe("a route's path", () => {
  test.for([
    ["/health", "/health", "/health"],
    ["/runs/:run/messages", "/runs/{run}/messages", "/runs/{run}/messages"],
    ["/ledger/tile/:tile{.+}", "/ledger/tile/{tile}", "/ledger/tile/{tile+}"],
  ] as const)("%s is %s in documents and %s in API Gateway", ([path, described, gateway]) => {
    expect([describePath(path), gatewayPath(path)]).toEqual([described, gateway]);
  });
});
