import { describePublishedLogContract } from "../contract/published-log-contract.ts";
import { buildPublishedLog } from "./memory-published-log.ts";

describePublishedLogContract("Memory", async () => buildPublishedLog());
