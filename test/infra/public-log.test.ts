import { describe, expect, test } from "vitest";
import { deploy, type DeployedResource } from "./deployment.ts";
import { synthesizeStacks } from "./synthesize-stacks.ts";

const closed = deploy(synthesizeStacks());
const open = deploy(synthesizeStacks({ publicLog: "on" }));

const list = (type: string, among: readonly DeployedResource[]) =>
  among.filter((resource) => resource.type === type).map(({ properties }) => properties);

const withoutToken = (among: readonly DeployedResource[]) =>
  list("AWS::ApiGatewayV2::Route", among)
    .filter(({ AuthorizationType }) => AuthorizationType === "NONE")
    .map(({ RouteKey }) => RouteKey);

describe("a deployment with a public log", () => {
  test("asks for no token for checkpoint and tiles, and for nothing else that others ask one for", () => {
    expect(withoutToken(open)).toEqual([
      "GET /health",
      "GET /openapi.json",
      "GET /config.json",
      "GET /ledger/key",
      "GET /ledger/checkpoint",
      "GET /ledger/tile/{tile+}",
    ]);
    expect(withoutToken(closed)).toHaveLength(4);
  });

  test("tells serve-reads, and no other function", () => {
    const told = (among: readonly DeployedResource[]) =>
      list("AWS::Lambda::Function", among)
        .filter(({ Environment }) => JSON.stringify(Environment).includes("PUBLIC_LOG"))
        .map(({ FunctionName }) => FunctionName);
    expect(told(open)).toEqual(["countersign-serve-reads"]);
    expect(told(closed)).toEqual([]);
  });
});
