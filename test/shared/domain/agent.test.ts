import { describe, expect, test } from "vitest";

import { defineAgent } from "../../../shared/domain/agent.ts";
import { buildNoteTool, buildReadTool } from "../../builders/build-agent.ts";

const definition = {
  name: "shop",
  instructions: "You work in a shop.",
  tools: [buildReadTool(), buildNoteTool()],
};

describe("defineAgent", () => {
  test("finds its tools by name, and nothing else", () => {
    const agent = defineAgent(definition);
    expect(agent.tool("look_up")?.name).toBe("look_up");
    expect(agent.tool("wipe_disk")).toBeUndefined();
    expect(agent.tool("toString")).toBeUndefined();
    expect(agent.tool("Look_up")).toBeUndefined();
  });

  test("fills in the budget that is not given", () => {
    expect(defineAgent(definition).budget).toEqual({
      modelCalls: 250,
      tokens: 2_000_000,
      activeSeconds: 1_800,
    });
    expect(defineAgent({ ...definition, budget: { modelCalls: 5 } }).budget).toEqual({
      modelCalls: 5,
      tokens: 2_000_000,
      activeSeconds: 1_800,
    });
  });

  test.for(["", "Shop", "1shop", "shop#1", "my shop", "shop_2", "s".repeat(64)])(
    "stops the start for the name %j",
    (name) => {
      expect(() => defineAgent({ ...definition, name })).toThrow(
        new Error(`Agent name "${name}" is not usable: take a-z, 0-9 and hyphen, 63 characters at most.`),
      );
    },
  );

  test("stops the start for two tools of one name", () => {
    expect(() =>
      defineAgent({ ...definition, tools: [buildReadTool(), buildNoteTool({ name: "look_up" })] }),
    ).toThrow(new Error('Agent "shop" has two tools named "look_up": rename one.'));
  });
});
