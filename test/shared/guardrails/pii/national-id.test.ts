import { describe, expect, test } from "vitest";
import { findPii } from "../../../../shared/guardrails/pii/find-pii.ts";
import { showFindings } from "../show-findings.ts";

describe("an identity or tax number of digits is found", () => {
  test.each([
    ["Aadhaar 2341 2341 2346", "2341 2341 2346"],
    ["ABN 51 824 753 556", "51 824 753 556"],
    ["TFN 123 456 782", "123 456 782"],
    ["AHV 756.9217.0769.85", "756.9217.0769.85"],
    ["BSN: 111222333", "111222333"],
    ["CNPJ 11.222.333/0001-81", "11.222.333/0001-81"],
    ["CPF 529.982.247-25", "529.982.247-25"],
    ["CUIT 20-12345678-6", "20-12345678-6"],
    ["EIN 12-3456789", "12-3456789"],
    ["IMEI 490154203237518", "490154203237518"],
    ["My NHS number is 943 476 5919", "943 476 5919"],
    ["My SIN is 046 454 286", "046 454 286"],
    ["OIB 94577403194", "94577403194"],
    ["PESEL 44051401359", "44051401359"],
    ["RUT 12.345.678-5", "12.345.678-5"],
    ["Steuer-ID 86095742719", "86095742719"],
    ["born here, 2 55 08 14 168 025 38", "2 55 08 14 168 025 38"],
    ["His ID is 8001015009087", "8001015009087"],
    ["personnummer 811218-9876", "811218-9876"],
    ["numéro national 85.07.30-033.28", "85.07.30-033.28"],
    ["주민등록번호 900101-1234568", "900101-1234568"],
  ])("in %j", (text, number) => {
    expect(showFindings(text, findPii(text))).toEqual([`id-number ${number}`]);
  });
});

test("nine digits that pass some country's check are found as the whole text, not within one", () => {
  expect(showFindings("046454286", findPii("046454286"))).toEqual(["id-number 046454286"]);
  expect(findPii("about 046454286 of them")).toEqual([]);
});

test.each(["about 44051401358 of them", "see 529.982.247-26", "00000000000", "756.9217.0769.84"])(
  "%j has none",
  (text) => {
    expect(findPii(text)).toEqual([]);
  },
);
