import * as z from "zod/mini";

// What a deployed function is told by its environment variables: infra writes these texts, functions/*/index.ts reads
// them. A function gets the groups that its wiring calls for and no other.

const name = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,39}$/));
const arn = z.string().check(z.regex(/^arn:[\w-]+:[\w-]+:[\w-]*:\d{12}:\S+$/));
const url = z.url({ protocol: /^https?$/ });
const text = z.string().check(z.minLength(1), z.maxLength(256));

/** Every function. */
export const deploymentSchema = z.object({ PREFIX: name, TENANT: name });

/** `taskToken` is not `none`. */
export const tokenKeySchema = z.object({ TOKEN_KEY_ARN: arn });

/** `ledgerKey` is not `none`. */
export const ledgerKeySchema = z.object({
  LEDGER_KEY_ARN: arn,
  /** The log's name in its checkpoints, and the key's: `countersign/<account>/<region>/<prefix>`. */
  LEDGER_ORIGIN: z.string().check(z.regex(/^countersign\/\d{12}\/[a-z0-9-]+\/[a-z0-9-]+$/)),
});

/** `publishes`. */
export const publishedLogSchema = z.object({ LOG_BUCKET: z.string().check(z.regex(/^[a-z0-9.-]{3,63}$/)) });

/** Functions with routes that the setting `publicLog` opens; closed where nothing is said. */
export const publicLogSchema = z.object({ PUBLIC_LOG: z.optional(z.literal("on")) });

/** `stateMachine` is not `none`. */
export const stateMachineSchema = z.object({ STATE_MACHINE_ARN: arn });

/** `spans` is `emit`; without a stream the transport is `direct`. */
export const spansSchema = z.object({ SPAN_STREAM: z.optional(text) });

/** `callsModel`; without a secret the endpoint gets the key "none". */
export const modelSchema = z.object({
  MODEL: text,
  MODEL_URL: url,
  MODEL_KEY_SECRET_ARN: z.optional(arn),
});

/** Functions behind the API. */
export const identitySchema = z.object({
  ISSUER: url,
  /** The clients whose tokens count, separated by commas; the first one is the web app's. */
  CLIENT_IDS: z.string().check(z.regex(/^[^\s,]{1,128}(?:,[^\s,]{1,128}){0,19}$/)),
  GROUPS_CLAIM: text,
  NAME_CLAIM: text,
});

export type Environment = z.infer<typeof deploymentSchema> &
  Partial<
    z.infer<typeof tokenKeySchema> &
      z.infer<typeof ledgerKeySchema> &
      z.infer<typeof publishedLogSchema> &
      z.infer<typeof publicLogSchema> &
      z.infer<typeof stateMachineSchema> &
      z.infer<typeof spansSchema> &
      z.infer<typeof modelSchema> &
      z.infer<typeof identitySchema>
  >;
