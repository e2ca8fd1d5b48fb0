import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findSecrets } from "../../../../shared/guardrails/secrets/find-secrets.ts";
import { showFindings } from "../show-findings.ts";

/** No token here was ever one; they are put together so that no scanner of repositories takes them for any. */
function invent(prefix: string, length: number): string {
  return prefix + "aB3dE5gH7jK9mN1pQ4sT6vW8yZ2cF0".repeat(8).slice(0, length);
}

describe("a provider's token is found by its prefix", () => {
  test.each([
    ["GitHub", invent("ghp_", 36)],
    ["GitHub, fine-grained", invent("github_pat_", 60)],
    ["GitLab", invent("glpat-", 20)],
    ["Stripe", invent("sk_live_", 24)],
    ["OpenAI", invent("sk-proj-", 48)],
    ["Anthropic", invent("sk-ant-", 60)],
    ["Google", invent("AIza", 35)],
    ["AWS", `AKIA${"Q7RT5UVW2XYZ3ABC"}`],
    ["npm", invent("npm_", 36)],
    ["SendGrid", `${invent("SG.", 22)}.${invent("", 43)}`],
    ["Slack", invent("xoxb-123456789012-", 24)],
    ["Twilio", `SK${"0123456789abcdef".repeat(2)}`],
    ["Telegram", `123456789:AA${invent("", 33)}`],
  ])("%s", (_provider, token) => {
    expect(showFindings(`use ${token}, please`, findSecrets(`use ${token}, please`))).toEqual([
      `secret ${token}`,
    ]);
    expect(showFindings(`KEY="${token}"`, findSecrets(`KEY="${token}"`))).toEqual([`secret ${token}`]);
  });

  test("and not where documentation shows how one looks", () => {
    expect(findSecrets(`AKIA${"IOSFODNN7EXAMPLE"} and ghp_${"x".repeat(36)}`)).toEqual([]);
  });
});

test("a private key is found from its first line to its last, also in one line of JSON", () => {
  const key = (lineEnd: string): string =>
    ["-----BEGIN RSA PRIVATE KEY-----", invent("MII", 60), "-----END RSA PRIVATE KEY-----"].join(lineEnd);
  expect(showFindings(`a ${key("\n")} b`, findSecrets(`a ${key("\n")} b`))).toEqual([`secret ${key("\n")}`]);
  expect(showFindings(`{"k":"${key("\\n")}"}`, findSecrets(`{"k":"${key("\\n")}"}`))).toEqual([
    `secret ${key("\\n")}`,
  ]);
  expect(findSecrets("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQ\n-----END PUBLIC KEY-----")).toEqual(
    [],
  );
});

test("a private key that the text was cut off in is found as far as it goes", () => {
  const text = `-----BEGIN PRIVATE KEY-----\n${invent("MII", 60)}\n`;
  expect(showFindings(text, findSecrets(text))).toEqual([`secret ${text.trimEnd()}`]);
});

test("a JSON Web Token is found without the full stop of its sentence", () => {
  // RFC 7519 section 3.1.
  const token =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODB9.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  expect(showFindings(`It is ${token}.`, findSecrets(`It is ${token}.`))).toEqual([`secret ${token}`]);
});

describe("what is assigned to a secret's name is found", () => {
  test.each([
    ["postgres://admin:S3cr3t!@db.example.com:5432/app", "S3cr3t!"],
    ["mongodb+srv://u:p4ssw0rd@cluster0.example.net", "p4ssw0rd"],
    ["Authorization: Bearer abc123def456ghi789jkl", "abc123def456ghi789jkl"],
    ["curl -u admin:Sup3rS3cret https://example.org", "Sup3rS3cret"],
    ["DB_PASSWORD=s3cr3tP4ss", "s3cr3tP4ss"],
    ["Server=db;User Id=sa;Password=P@ssw0rd1;", "P@ssw0rd1"],
    ['"clientSecret": "8Q~abcD1234efgh5678ijkl"', "8Q~abcD1234efgh5678ijkl"],
    ["api_key: '9f86d081884c7d659a2feaa0c55ad015'", "9f86d081884c7d659a2feaa0c55ad015"],
    ["https://example.org/?a=1&access_token=a1B2c3D4e5F6g7H8&b=2", "a1B2c3D4e5F6g7H8"],
    ["her password is Tr0ub4dor&3.", "Tr0ub4dor&3"],
    ["and her password !PurpleSky77.", "!PurpleSky77"],
    ["Das Passwort lautet Sommer2024!", "Sommer2024!"],
    ["contraseña: Gato1234", "Gato1234"],
    ["密码：Abc12345", "Abc12345"],
    ["Password: qwerty", "qwerty"],
    ['{user: "bob", pass: "x9$kLm2"}', "x9$kLm2"],
  ])("in %j", (text, secret) => {
    expect(showFindings(text, findSecrets(text))).toEqual([`secret ${secret}`]);
  });
});

describe("no secret is seen", () => {
  test.each([
    'password = os.environ["DB_PASSWORD"]',
    'password = "${DB_PASS}"',
    'password = ""',
    "Forgot your password? Click here",
    "The password must contain 8 characters",
    "how do I reset my password on 2 devices?",
    "my password is correct",
    "const token = getToken(user)",
    'api_key = "YOUR_API_KEY"',
    "token: xxxxxxxxxxxxxxxx",
    '"max_tokens": 4096, "temperature": 0.7',
    "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
    "Access token lifetime is 3600 seconds",
    "Secret Santa is on 24/12/2024",
    "secretName: my-k8s-secret-name-01",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf",
    "password:\n  type: string\n  minLength: 8",
    "the token was revoked",
  ])("in %j", (text) => {
    expect(findSecrets(text)).toEqual([]);
  });
});

const pieces = fc.oneof(
  fc.constantFrom(
    "password",
    "=",
    ": ",
    "'",
    '"',
    "key",
    "eyJ",
    ".",
    "://",
    "@",
    "-----BEGIN PRIVATE KEY-----",
    "AKIA",
    "sk-",
    "&",
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
);

test("findings name parts of the text, in order and apart, whatever the text", () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      const text = parts.join("");
      let last = 0;
      for (const { start, end } of findSecrets(text)) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        last = end;
      }
      expect(last).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 1000 },
  );
});
