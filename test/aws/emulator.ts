import type { TestProject } from "vitest/node";
import { startMinistack } from "../emulator/ministack.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where MiniStack listens with every service but DynamoDB, which `dynamoEndpoint` has, `http://127.0.0.1:…`. */
    readonly awsEndpoint: string;
  }
}

/** Vitest's global set-up: one emulator for all test files; answers how to end it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const emulator = await startMinistack();
  project.provide("awsEndpoint", emulator.endpoint);
  return () => emulator.close();
}
