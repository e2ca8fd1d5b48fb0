import type { Detector, Match } from "../detector.ts";
import { isPlaceholder } from "./placeholder-values.ts";

/** RFC 3986 section 3.2.1: the password stands between the first colon of the user information and the `@`. */
const userInformation = /:\/\/[^\s:@/?#"'<>]{0,128}:([^\s@/"'<>]{1,256})@(?=[\w[])/g;

/** `Authorization: Basic …` and `Bearer …`. */
const authorization = /\b(?:basic|bearer|token)\s{1,3}([\w+/=.~-]{16,2000})/gi;

/** Passwords in addresses of databases, queues and servers, and credentials in HTTP headers. */
export const connectionStringDetector: Detector<string> = {
  name: "connection-string",
  version: "1",
  find: (text) => [...findPasswords(text), ...findAuthorization(text), ...findUserOptions(text)],
};

function* findPasswords(text: string): Generator<Match, undefined> {
  if (!text.includes("://")) return;
  for (const { 0: found, 1: password = "", index } of text.matchAll(userInformation)) {
    if (isPlaceholder(password) || /^(?:pass|pwd|pw|user|username|port)$/i.test(password)) continue;
    const end = index + found.length - 1;
    yield { kind: "secret", start: end - password.length, end, confidence: 0.95 };
  }
}

function* findAuthorization(text: string): Generator<Match, undefined> {
  for (const { 0: found, 1: credential = "", index } of text.matchAll(authorization)) {
    // A word of a sentence has no digits: "bearer authentication".
    if (isPlaceholder(credential) || !/\d/.test(credential) || !/[A-Za-z]/.test(credential)) continue;
    const end = index + found.length;
    yield { kind: "secret", start: end - credential.length, end, confidence: 0.85 };
  }
}

/** `curl … -u user:password`. */
const userOption = /\s(?:-u|--user)[ =]["']?[\w.@+-]{1,64}:([^\s"']{3,128})/g;
const commandDistance = 200;

function* findUserOptions(text: string): Generator<Match, undefined> {
  let command = text.indexOf("curl");
  if (command < 0) return;
  for (const { 0: found, 1: password = "", index } of text.matchAll(userOption)) {
    for (let next = command; next >= 0 && next < index; next = text.indexOf("curl", next + 1)) command = next;
    if (command > index || index - command > commandDistance || isPlaceholder(password)) continue;
    const end = index + found.length;
    yield { kind: "secret", start: end - password.length, end, confidence: 0.85 };
  }
}
