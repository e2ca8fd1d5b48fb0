import { LogLevel, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";

/** How esbuild makes a function's one file; `bench/measure-bundles.ts` and the tests bundle in the same way. */
export const bundling = {
  // The runtime nodejs24.x brings the AWS SDK.
  externalModules: ["@aws-sdk/*", "@smithy/*"],
  format: OutputFormat.ESM,
  logLevel: LogLevel.WARNING,
  mainFields: ["module", "main"],
  minify: true,
  sourceMap: false,
  target: "node24",
};
