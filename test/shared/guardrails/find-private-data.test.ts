import { expect, test } from "vitest";
import { findHiddenSecrets, findPrivateData } from "../../../shared/guardrails/find-private-data.ts";
import { normalize } from "../../../shared/guardrails/normalize/normalize.ts";
import { showFindings } from "./show-findings.ts";

test("personal data and secrets of one text are found together", () => {
  const text = "Login ada@example.org with password 8nZ!kV4%beta, card 4111 1111 1111 1111.";
  expect(showFindings(text, findPrivateData(normalize(text)))).toEqual([
    "email ada@example.org",
    "secret 8nZ!kV4%beta",
    "credit-card 4111 1111 1111 1111",
  ]);
  expect(showFindings(text, findHiddenSecrets(normalize(text)))).toEqual(["secret 8nZ!kV4%beta"]);
});

test("a number in full-width digits is found where it stands", () => {
  const text = "カード：４１１１ １１１１ １１１１ １１１１。";
  expect(showFindings(text, findPrivateData(normalize(text)))).toEqual([
    "credit-card ４１１１ １１１１ １１１１ １１１１",
  ]);
});

test("an address that zero-width characters break up is found whole", () => {
  const text = "to ada\u200b@exam\u200bple.org now";
  expect(showFindings(text, findPrivateData(normalize(text)))).toEqual(["email ada\u200b@exam\u200bple.org"]);
});
