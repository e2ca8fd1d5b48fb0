import * as z from "zod/mini";
import { type Amount, amountSchema } from "../../shared/domain/decimal.ts";
import { currencies } from "./tables.ts";

// zod/mini brings no messages of its own, so every check here says in one sentence what would be right.

/** An object of exactly these fields. */
export function inputOf<Shape extends z.core.$ZodShape>(
  shape: Shape,
): z.ZodMiniObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: `take an object with these fields only: ${Object.keys(shape).join(", ")}.`,
  });
}

/** Text of a fixed form; `what` describes it, to the model beforehand and in the refusal. */
export function codeOf(pattern: RegExp, what: string): z.ZodMiniString {
  const error = `write ${what}.`;
  return z.string({ error }).check(z.regex(pattern, { error }), z.describe(what));
}

export const orderId = codeOf(/^[1-9][0-9]{0,9}$/, 'the order\'s number as text, such as "1042"');
export const customerId = codeOf(/^cus_[1-9][0-9]{0,9}$/, 'the customer\'s id, such as "cus_17"');
export const service = codeOf(
  /^[a-z][a-z0-9-]{0,62}$/,
  'the service\'s name of a-z, 0-9 and hyphen, 63 characters at most, such as "checkout"',
);
export const version = codeOf(
  /^v?[0-9][0-9A-Za-z.-]{0,39}$/,
  'the release\'s version, 40 characters at most, such as "2.4.1"',
);
/** One address without a display name, so that nothing but the receiver can stand in it. */
export const emailAddress = codeOf(
  /^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,3}$/,
  'one e-mail address, such as "ann@example.com"',
);

const sum = 'a sum above zero as text with two decimals, such as "250.00"';
const sumError = `write ${sum}.`;
export const amount: z.ZodMiniType<Amount, string> = z.pipe(
  z.string({ error: sumError }).check(z.refine(isPositive, { error: sumError }), z.describe(sum)),
  amountSchema,
);

export const currency = z.enum(currencies, { error: `write one of ${currencies.join(", ")}.` });

/** `\p{Cf}` alone misses some invisible characters (DI has them), and U+2800 is in none of these classes. */
const unreadable = /(?! )[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{DI}\p{Bidi_C}\u{2800}]/u;

/**
 * Text of one line, for what people read within a sentence: nothing in it is invisible, moves other text or passes
 * for a space.
 */
export function lineOf(what: string, most: number): z.ZodMiniString {
  return textOf(
    `${what}, one line of 1 to ${most} visible characters`,
    most,
    (text) => !unreadable.test(text),
  );
}

/** Text of several lines: also tabs, no-break spaces, and the joiners and selectors that scripts and emoji need. */
export function linesOf(what: string, most: number): z.ZodMiniString {
  const allowed = /\n|\t|\u{A0}|\u{200C}|\u{200D}|\u{FE0E}|\u{FE0F}/gu;
  return textOf(
    `${what}, 1 to ${most} visible characters on one line or more`,
    most,
    (text) => !unreadable.test(text.replaceAll(allowed, "")),
  );
}

function textOf(what: string, most: number, isReadable: (text: string) => boolean): z.ZodMiniString {
  const error = `write ${what}.`;
  return z.string({ error }).check(
    z.minLength(1, { error, abort: true }),
    z.maxLength(most, { error, abort: true }),
    z.refine((text) => text.trim() !== "" && isReadable(text), { error }),
    z.describe(what),
  );
}

function isPositive(text: string): boolean {
  return amountSchema.safeParse(text).success && text !== "0.00";
}
