import { describe, expect, test } from "vitest";
import { TokenNotOpened } from "../../shared/domain/errors.ts";
import { tokenSchema } from "../../shared/domain/token.ts";
import type { OpenToken, SealToken } from "../../shared/ports/functions.ts";

export interface TokenSealHarness {
  readonly seal: SealToken;
  readonly open: OpenToken;
  /** Opens with another key. */
  readonly openElsewhere: OpenToken;
}

/** Of the length that Step Functions allows, in its alphabet. */
const token = `AQCEAAAA${"Kq+/7w==".repeat(255)}`;
const context = "req_01m81j18g0041061050r3gg28a_1_0_1";

/**
 * What must be true of sealed task tokens on every engine. That an altered text is refused, rather than opened to
 * something else, an engine's own tests say: an emulated KMS need not authenticate.
 */
export function describeTokenSealContract(name: string, makeSeal: () => Promise<TokenSealHarness>): void {
  describe(`${name} as a seal of task tokens`, () => {
    test("opens what it sealed, for the same requirement", async () => {
      const { seal, open } = await makeSeal();
      expect(await open(await seal(token, context), context)).toBe(token);
      expect(await open(await seal("t", context), context)).toBe("t");
    });

    test("refuses a token of another requirement, with neither token nor sealed text in the error", async () => {
      const { seal, open } = await makeSeal();
      const sealed = await seal(token, context);
      const error = await catchError(open(sealed, `${context}0`));
      expect(error).toBeInstanceOf(TokenNotOpened);
      expect(String(error)).not.toContain(token.slice(0, 16));
      expect(String(error)).not.toContain(sealed.slice(-16));
    });

    test("never opens with another key what was sealed, nor an altered text, to the token", async () => {
      const { seal, open, openElsewhere } = await makeSeal();
      const sealed = await seal(token, context);
      expect(await openElsewhere(sealed, context).catch(() => "refused")).not.toBe(token);
      for (const place of [sealed.length - 1, sealed.length - 40, sealed.length - 1_000]) {
        const character = sealed[place] === "A" ? "B" : "A";
        const altered = sealed.slice(0, place) + character + sealed.slice(place + 1);
        expect(await open(altered, context).catch(() => "refused")).not.toBe(token);
      }
    });

    test("seals one token to another text each time, without the token in it", async () => {
      const { seal } = await makeSeal();
      const texts = [await seal(token, context), await seal(token, context), await seal(token, context)];
      expect(new Set(texts).size).toBe(3);
      expect(texts.filter((text) => text.includes(token.slice(0, 16)))).toEqual([]);
    });

    test("seals the longest token to a text that its record takes", async () => {
      const { seal } = await makeSeal();
      const sealed = await seal(token, context);
      const record = { v: 1, epoch: 1, retryCount: 0, sealed };
      expect(token).toHaveLength(2_048);
      expect(tokenSchema.safeParse(record).success).toBe(true);
    });

    test.each([
      ["empty", () => ""],
      ["of another version", (text: string) => `v9.${text}`],
      ["a version and nothing", (text: string) => text.slice(0, text.indexOf(".") + 1)],
      ["padded", (text: string) => `${text}=`],
      ["with white space", (text: string) => `${text}\n`],
      ["the token itself", () => token],
    ])("refuses a text that is %s", async (_, alter) => {
      const { seal, open } = await makeSeal();
      const sealed = await seal(token, context);
      expect(await catchError(open(alter(sealed), context))).toBeInstanceOf(TokenNotOpened);
    });
  });
}

async function catchError(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
