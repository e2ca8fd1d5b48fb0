import * as z from "zod/mini";
import { defaultPrefix } from "../shared/names.ts";

/** What a deployment may choose; docs/deploy.md describes each. */
export type Config = z.infer<typeof configSchema>;

/** What to write, for each kind of setting. */
const write = {
  name: "write 1 to 40 lower-case letters, digits or hyphens, a letter first",
  text: "write a text of 1 to 256 characters",
  issuer:
    'write "cognito", or the issuer\'s https address as its tokens have it in `iss` ' +
    "(http only for a loopback address, which only an emulator has)",
  modelUrl: "write an https address (http only for a loopback address, which only an emulator has)",
  clientIds:
    "write 1 to 20 client ids of the issuer, the web app's first: as a list in cdk.json, or with commas after -c",
  callbackUrls:
    "write 1 to 20 https addresses (or http://localhost for a trial): as a list in cdk.json, or with commas after -c",
  secret:
    "write the name of a secret in Secrets Manager, not the key itself and not an ARN; " +
    'names that end in "-" and six characters are taken for ARNs by AWS',
  years: "write a whole number of years from 1 to 99",
  email: "write one e-mail address",
};

// Lambda names have at most 64 characters: 40 leave room for "-" and the longest function name.
const name = z.string(write.name).check(z.regex(/^[a-z][a-z0-9-]{0,39}$/, write.name));
const text = z.string(write.text).check(z.minLength(1, write.text), z.maxLength(256, write.text));
const secretName = /^(?!sk-)(?!.*-[A-Za-z0-9]{6}$)[\w/+=.@-]{1,256}$/;
const email = /^[^\s@,;]{1,64}@[^\s@,;]{1,190}$/;

const configSchema = z.strictObject({
  prefix: name,
  tenant: name,
  issuer: z
    .string(write.issuer)
    .check(z.refine((issuer) => issuer === "cognito" || isSecureUrl(issuer, loopback), write.issuer)),
  clientIds: z
    .array(z.string(write.clientIds).check(z.regex(/^[^\s,]{1,128}$/, write.clientIds)), write.clientIds)
    .check(z.maxLength(20, write.clientIds)),
  groupsClaim: text,
  nameClaim: text,
  signInCallbackUrls: z
    .array(
      z
        .string(write.callbackUrls)
        .check(z.refine((url) => isSecureUrl(url, ["localhost"]), write.callbackUrls)),
      write.callbackUrls,
    )
    .check(z.minLength(1, write.callbackUrls), z.maxLength(20, write.callbackUrls)),
  machineClient: z.enum(["off", "on"], 'write "off" or "on"'),
  spanTransport: z.enum(["kinesis", "direct"], 'write "kinesis" or "direct"'),
  model: text,
  modelUrl: z.string(write.modelUrl).check(z.refine((url) => isSecureUrl(url, loopback), write.modelUrl)),
  publicLog: z.enum(["off", "on"], 'write "off" or "on"'),
  logLock: z.enum(["governance", "compliance"], 'write "governance" or "compliance"'),
  logLockYears: z.union(
    [
      z.int().check(z.minimum(1, write.years), z.maximum(99, write.years)),
      z.pipe(z.string().check(z.regex(/^[1-9]\d?$/)), z.transform(Number)),
    ],
    write.years,
  ),
  modelKeySecret: z.optional(z.string(write.secret).check(z.regex(secretName, write.secret))),
  alarmEmail: z.optional(z.string(write.email).check(z.regex(email, write.email))),
  retention: z.enum(["retain", "destroy"], 'write "retain" or "destroy"'),
});

const loopback = ["127.0.0.1", "localhost", "[::1]"];

/** Whether it is an https address without query or fragment, or an http one of the given hosts. */
function isSecureUrl(text: string, httpHosts: readonly string[]): boolean {
  if (!URL.canParse(text) || text.length > 512 || /[?#\s]/.test(text)) return false;
  const { protocol, hostname, username } = new URL(text);
  if (username !== "") return false;
  return protocol === "https:" || (protocol === "http:" && httpHosts.includes(hostname));
}

type SettingName = keyof Config;

const defaults = {
  prefix: defaultPrefix,
  tenant: "default",
  issuer: "cognito",
  clientIds: [],
  groupsClaim: "cognito:groups",
  nameClaim: "username",
  // A native app may not choose its port with Cognito, so sign-in from a terminal listens on this one.
  signInCallbackUrls: ["http://localhost:4781/callback"],
  machineClient: "off",
  spanTransport: "kinesis",
  publicLog: "off",
  logLock: "governance",
  logLockYears: 7,
  model: "gpt-4.1-mini",
  modelUrl: "https://api.openai.com/v1",
  retention: "retain",
} satisfies Partial<Config>;

/** Every setting's name, sorted. */
export const settingNames: readonly string[] = Object.keys(configSchema.shape).toSorted();

/** Settings that hold several texts, written with commas between them after `-c`. */
const listNames: ReadonlySet<string> = new Set<SettingName>(["clientIds", "signInCallbackUrls"]);

/**
 * The settings of a CDK app's context: those of its object `countersign` (in cdk.json), then those given as
 * `-c name=value`, which win. Throws one Error that names each wrong setting and says what to write.
 */
export function readConfig(context: unknown): Config {
  const { settings, problems } = collectSettings(z.parse(objectSchema, context));
  const parsed = configSchema.safeParse({ ...defaults, ...settings });
  if (!parsed.success) {
    const wrong = new Map(parsed.error.issues.map(({ path, message }) => [String(path[0]), message]));
    for (const [setting, message] of wrong) problems.push(`${setting}: ${message}`);
  }
  if (parsed.success) problems.push(...findContradictions(parsed.data));
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new Error(
    [
      "The deployment's settings are not valid.",
      ...problems.map((problem) => `- ${problem}.`),
      howToWrite,
    ].join("\n"),
  );
}

const howToWrite =
  'Write them in cdk.json, "context": { "countersign": { "name": "value" } }, or after the command, -c name=value.';

const objectSchema = z.record(z.string(), z.unknown());

function collectSettings(context: z.infer<typeof objectSchema>) {
  const problems: string[] = [];
  const object = objectSchema.safeParse(context["countersign"] ?? {});
  if (!object.success) problems.push('countersign: write an object of settings, { "name": "value" }');
  // CDK's own context has a "-", ":", "/" or "@" in its names, so one bare word is one of ours, or a typing error.
  const given = Object.entries(context).filter(([key]) => key !== "countersign" && /^[A-Za-z]+$/.test(key));
  const settings: Record<string, unknown> = {};
  for (const [key, value] of [...Object.entries(object.data ?? {}), ...given]) {
    const isList = listNames.has(key) && typeof value === "string";
    if (settingNames.includes(key)) settings[key] = isList ? value.split(",") : value;
    else problems.push(`${key} is no setting; there are ${settingNames.join(", ")}`);
  }
  return { settings, problems };
}

function findContradictions(config: Config): readonly string[] {
  const problems: string[] = [];
  const hasCognito = config.issuer === "cognito";
  if (!hasCognito && config.clientIds.length === 0) {
    problems.push(`clientIds: ${write.clientIds}, because issuer is not Cognito`);
  }
  if (hasCognito && config.clientIds.length > 0) {
    problems.push("clientIds: leave it out with Cognito, whose clients this deployment makes");
  }
  if (!hasCognito && config.machineClient === "on") {
    problems.push("machineClient: make the client at your issuer and name it in clientIds");
  }
  // Cognito refuses these words in the domain of its sign-in page.
  if (hasCognito && /aws|amazon|cognito/.test(config.prefix)) {
    problems.push(
      'prefix: leave out "aws", "amazon" and "cognito", which the sign-in page\'s address may not contain',
    );
  }
  return problems;
}
