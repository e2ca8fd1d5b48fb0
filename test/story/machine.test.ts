import { describe, expect, test } from "vitest";
import { deleteCustomerData } from "../../agents/support/tools/delete-customer-data.ts";
import { lookupOrder } from "../../agents/support/tools/lookup-order.ts";
import { defineAgent } from "../../shared/domain/agent.ts";
import { forgeMachine, forgeToken } from "./forge-token.ts";
import {
  approve,
  askOne,
  callLine,
  cancel,
  decide,
  listRequirements,
  readTable,
  startRun,
  untilRun,
  withdraw,
} from "./play.ts";
import { startStory, type Story } from "./start-story.ts";

const cleaner = defineAgent({
  name: "support",
  instructions: "Delete what has to go.",
  tools: [deleteCustomerData, lookupOrder],
});

const deletion = callLine("delete_customer_data", { customerId: "cus_8", reason: "asked to be forgotten" });

const isDeleted = async (story: Story) =>
  JSON.stringify(await readTable(story, "customers")).includes('"id":"cus_8","name":""');

describe("a run that a machine started", () => {
  test("waits for the pool, and the machine watches without a say", async () => {
    await using story = await startStory({ agents: [cleaner] });
    const { run, requirement } = await askOne(story, deletion, "service");
    expect(requirement.requester).toEqual({ kind: "machine", subject: "service", name: "service" });
    const machine = await forgeMachine(story);
    expect((await decide(story, machine, requirement)).code).toBe("machine_token");
    expect((await story.send("asker", "GET", `/runs/${run}`)).code).toBe("not_found");
    await approve(story, requirement, "ops-1", "ops-2");
    await untilRun(story, run, "completed", "service");
    expect(await isDeleted(story)).toBe(true);
  });

  test("can be taken back and cancelled by the machine, which sees its own runs alone", async () => {
    await using story = await startStory({ agents: [cleaner] });
    const first = await askOne(story, deletion, "service");
    expect((await withdraw(story, "service", first.requirement)).status).toBe(200);
    await untilRun(story, first.run, "completed", "service");
    const second = await askOne(story, deletion, "service");
    expect((await cancel(story, "service", second.run)).status).toBe(200);
    await untilRun(story, second.run, "cancelled", "service");
    await startRun(story, deletion);
    const { body } = await story.send("service", "GET", "/runs");
    expect(body).toMatchObject({ items: [{ id: second.run }, { id: first.run }] });
    expect(await isDeleted(story)).toBe(false);
  });

  test("is not a person's of the same name", async () => {
    await using story = await startStory({ agents: [cleaner] });
    const { run, requirement } = await askOne(story, deletion, "service");
    // An issuer that lets people choose their subject must not hand them a machine's runs.
    const namesake = await forgeToken(story, { sub: "service", username: "service" });
    expect((await story.send(namesake, "GET", `/runs/${run}`)).code).toBe("not_found");
    expect((await cancel(story, namesake, run)).code).toBe("not_found");
    expect((await withdraw(story, namesake, requirement)).code).toBe("not_found");
    expect(await listRequirements(story, namesake)).toEqual([]);
  });
});
