import { describe, expect, test } from "vitest";
import { readConfig, settingNames } from "../../infra/config.ts";

const howToWrite =
  'Write them in cdk.json, "context": { "countersign": { "name": "value" } }, or after the command, -c name=value.';

/** What is said about the given context, line by line, without the frame. */
function complaintsAbout(context: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    readConfig(context);
    return [];
  } catch (error) {
    const text = error instanceof Error ? error.message : "";
    const [first, ...lines] = text.split("\n");
    if (first === "The deployment's settings are not valid." && lines.pop() === howToWrite) return lines;
    throw error;
  }
}

describe("the settings", () => {
  test("all have a default, or may be left out", () => {
    expect(readConfig({})).toEqual({
      prefix: "countersign",
      tenant: "default",
      issuer: "cognito",
      clientIds: [],
      groupsClaim: "cognito:groups",
      nameClaim: "username",
      signInCallbackUrls: ["http://localhost:4781/callback"],
      machineClient: "off",
      spanTransport: "kinesis",
      publicLog: "off",
      logLock: "governance",
      logLockYears: 7,
      model: "gpt-4.1-mini",
      modelUrl: "https://api.openai.com/v1",
      retention: "retain",
    });
  });

  test("come from cdk.json's object, and -c wins over it", () => {
    const context = { countersign: { tenant: "acme", prefix: "cs" }, tenant: "umbrella" };
    expect(readConfig(context)).toMatchObject({ prefix: "cs", tenant: "umbrella" });
  });

  test.for([[["web", "backend"]], ["web,backend"]] as const)("take the list %j", ([clientIds]) => {
    const { clientIds: read } = readConfig({ issuer: "https://id.example.com", clientIds });
    expect(read).toEqual(["web", "backend"]);
  });

  test.for([[10], ["10"]] as const)("take the number %j", ([logLockYears]) => {
    expect(readConfig({ logLockYears })).toMatchObject({ logLockYears: 10 });
  });

  test("of an emulator may be on loopback without TLS", () => {
    const emulated = {
      issuer: "http://127.0.0.1:4444",
      clientIds: "countersign-web",
      modelUrl: "http://localhost:4445/v1",
    };
    expect(complaintsAbout(emulated)).toEqual([]);
  });

  test("leave CDK's own context alone", () => {
    const context = { "cli-telemetry": false, "@aws-cdk/core:x": true, "aws:cdk:bundling-stacks": [] };
    expect(complaintsAbout(context)).toEqual([]);
  });
});

describe("a wrong setting is named, with what to write", () => {
  const names =
    "alarmEmail, clientIds, groupsClaim, issuer, logLock, logLockYears, machineClient, model, modelKeySecret, modelUrl, " +
    "nameClaim, prefix, publicLog, retention, signInCallbackUrls, spanTransport, tenant";
  const nameHint = "write 1 to 40 lower-case letters, digits or hyphens, a letter first";
  const issuerHint =
    'write "cognito", or the issuer\'s https address as its tokens have it in `iss` ' +
    "(http only for a loopback address, which only an emulator has)";
  const urlHint = "write an https address (http only for a loopback address, which only an emulator has)";
  const clientIdsHint =
    "write 1 to 20 client ids of the issuer, the web app's first: as a list in cdk.json, or with commas after -c";
  const callbackHint =
    "write 1 to 20 https addresses (or http://localhost for a trial): as a list in cdk.json, or with commas after -c";
  const secretHint =
    "write the name of a secret in Secrets Manager, not the key itself and not an ARN; " +
    'names that end in "-" and six characters are taken for ARNs by AWS';

  test.for([
    [{ prefix: "Counter Sign" }, `- prefix: ${nameHint}.`],
    [{ prefix: "x".repeat(41) }, `- prefix: ${nameHint}.`],
    [{ tenant: 7 }, `- tenant: ${nameHint}.`],
    [{ issuer: "http://id.example.com" }, `- issuer: ${issuerHint}.`],
    [{ issuer: "okta" }, `- issuer: ${issuerHint}.`],
    [{ issuer: "https://id.example.com?tenant=1" }, `- issuer: ${issuerHint}.`],
    [{ issuer: "https://user:secret@id.example.com" }, `- issuer: ${issuerHint}.`],
    [{ modelUrl: "http://models.example.com/v1" }, `- modelUrl: ${urlHint}.`],
    [{ modelKeySecret: "sk-abc" }, `- modelKeySecret: ${secretHint}.`],
    [{ modelKeySecret: "arn:aws:secretsmanager:x" }, `- modelKeySecret: ${secretHint}.`],
    [{ modelKeySecret: "model-key-AbCdEf" }, `- modelKeySecret: ${secretHint}.`],
    [{ alarmEmail: "ops" }, "- alarmEmail: write one e-mail address."],
    [{ alarmEmail: "a@example.com,b@example.com" }, "- alarmEmail: write one e-mail address."],
    [{ spanTransport: "firehose" }, '- spanTransport: write "kinesis" or "direct".'],
    [{ retention: "keep" }, '- retention: write "retain" or "destroy".'],
    [{ publicLog: true }, '- publicLog: write "off" or "on".'],
    [{ logLock: "off" }, '- logLock: write "governance" or "compliance".'],
    [{ logLockYears: 0 }, "- logLockYears: write a whole number of years from 1 to 99."],
    [{ logLockYears: 1.5 }, "- logLockYears: write a whole number of years from 1 to 99."],
    [{ logLockYears: "100" }, "- logLockYears: write a whole number of years from 1 to 99."],
    [{ machineClient: true }, '- machineClient: write "off" or "on".'],
    [{ signInCallbackUrls: "http://app.example.com" }, `- signInCallbackUrls: ${callbackHint}.`],
    [{ signInCallbackUrls: [] }, `- signInCallbackUrls: ${callbackHint}.`],
    [{ model: "" }, "- model: write a text of 1 to 256 characters."],
    [{ issuer: "https://id.example.com", clientIds: "web, backend" }, `- clientIds: ${clientIdsHint}.`],
    [{ issuer: "https://id.example.com" }, `- clientIds: ${clientIdsHint}, because issuer is not Cognito.`],
    [{ clientIds: "web" }, "- clientIds: leave it out with Cognito, whose clients this deployment makes."],
    [
      { issuer: "https://id.example.com", clientIds: "web", machineClient: "on" },
      "- machineClient: make the client at your issuer and name it in clientIds.",
    ],
    [
      { prefix: "my-aws" },
      '- prefix: leave out "aws", "amazon" and "cognito", which the sign-in page\'s address may not contain.',
    ],
    [{ retentoin: "destroy" }, `- retentoin is no setting; there are ${names}.`],
    [{ countersign: { Prefix: "a" } }, `- Prefix is no setting; there are ${names}.`],
    [{ countersign: "tenant=acme" }, '- countersign: write an object of settings, { "name": "value" }.'],
  ] as const)("%j", ([context, complaint]) => {
    expect(complaintsAbout(context)).toEqual([complaint]);
  });

  test("and so is every other one at once", () => {
    const context = { countersign: { tenant: "Acme", typo: 1 }, retention: "keep" };
    expect(complaintsAbout(context)).toEqual([
      `- typo is no setting; there are ${names}.`,
      `- tenant: ${nameHint}.`,
      '- retention: write "retain" or "destroy".',
    ]);
  });

  test("out of 17", () => {
    expect(settingNames).toHaveLength(17);
  });
});
