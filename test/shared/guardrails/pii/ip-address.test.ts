import { expect, test } from "vitest";
import { findPii } from "../../../../shared/guardrails/pii/find-pii.ts";
import { showFindings } from "../show-findings.ts";

test.each([
  ["from 203.0.113.7:8080", ["203.0.113.7"]],
  ["10.0.0.0/8 and 127.0.0.1.", ["10.0.0.0", "127.0.0.1"]],
  ["fe80::1ff:fe23:4567:890a%eth0", ["fe80::1ff:fe23:4567:890a"]],
  ["[2001:db8::1]:443", ["2001:db8::1"]],
  ["::ffff:192.0.2.1", ["::ffff:192.0.2.1"]],
  ["2001:0db8:85a3:0000:0000:8a2e:0370:7334", ["2001:0db8:85a3:0000:0000:8a2e:0370:7334"]],
  ["src=:: dst=::1", ["::", "::1"]],
  ["Server IP: 2400:c401::5054:ff:fe1b:b031.", ["2400:c401::5054:ff:fe1b:b031"]],
])("%j has %j", (text, addresses) => {
  expect(showFindings(text, findPii(text))).toEqual(addresses.map((address) => `ip-address ${address}`));
});

test.each([
  "version 1.2.3.4 is out",
  "v10.20.30.40",
  "object 1.3.6.1.4.1",
  "300.168.1.1",
  "std::vector<int>::iterator",
  "a :: Int -> Int, f 1",
  "at 12:34:56",
  "2001::25de::cade",
  "time 10:20:30:40",
])("%j has no address", (text) => {
  expect(findPii(text)).toEqual([]);
});
