import { spanStreamNameOf } from "../../shared/names.ts";
import type { Environment } from "../../shared/wire/environment.ts";
import { type FunctionName, functions, type FunctionWiring } from "../../shared/wiring.ts";
import type { Config } from "../config.ts";
import type { Arns } from "./arns.ts";
import { isBehindApi, servesPublicLog } from "./function-kinds.ts";
import type { SignIn } from "./sign-in.ts";

export interface EnvironmentSources {
  readonly config: Config;
  readonly arns: Arns;
  readonly tokenKeyArn: string;
  readonly ledgerKeyArn: string;
  readonly logBucketName: string;
  readonly signIn: SignIn;
}

/** What a function is told: of the groups of `shared/wire/environment.ts` those that its wiring calls for. */
export function environmentOf(name: FunctionName, sources: EnvironmentSources): Record<string, string> {
  const wiring: FunctionWiring = functions[name];
  const { config, arns, tokenKeyArn, ledgerKeyArn, logBucketName } = sources;
  const environment: Environment = {
    PREFIX: config.prefix,
    TENANT: config.tenant,
    ...(wiring.taskToken !== "none" && { TOKEN_KEY_ARN: tokenKeyArn }),
    ...(wiring.ledgerKey !== "none" && {
      LEDGER_KEY_ARN: ledgerKeyArn,
      LEDGER_ORIGIN: arns.ledgerOrigin,
    }),
    ...(wiring.publishes && { LOG_BUCKET: logBucketName }),
    ...(servesPublicLog(name) && config.publicLog === "on" && { PUBLIC_LOG: "on" }),
    ...(wiring.stateMachine !== "none" && { STATE_MACHINE_ARN: arns.runMachine }),
    ...(wiring.spans === "emit" &&
      config.spanTransport === "kinesis" && { SPAN_STREAM: spanStreamNameOf(config.prefix) }),
    ...(wiring.callsModel && describeModel(sources)),
    ...(isBehindApi(name) && describeIdentity(sources)),
  };
  return Object.fromEntries(
    Object.entries(environment).flatMap(([key, text]) => (text ? [[key, text]] : [])),
  );
}

function describeModel({ config, arns }: EnvironmentSources) {
  const { model, modelUrl, modelKeySecret } = config;
  return {
    MODEL: model,
    MODEL_URL: modelUrl,
    ...(modelKeySecret !== undefined && { MODEL_KEY_SECRET_ARN: arns.secret(modelKeySecret) }),
  };
}

function describeIdentity({ config, signIn }: EnvironmentSources) {
  return {
    ISSUER: signIn.issuer,
    CLIENT_IDS: signIn.clientIds.join(","),
    GROUPS_CLAIM: config.groupsClaim,
    NAME_CLAIM: config.nameClaim,
  };
}
