import { defineConfig } from "vitest/config";

// What needs Java and Maven: the AWS adapters on DynamoDB Local. `npm run test:aws` runs it.
export default defineConfig({
  test: {
    include: ["test/aws/**/*.test.ts"],
    globalSetup: ["test/aws/dynamodb-local.ts"],
    testTimeout: 60_000,
  },
});
