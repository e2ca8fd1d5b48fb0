import * as z from "zod/mini";

/** A call that was proposed and the text that came back for it. */
export interface Exchange {
  readonly name: string;
  /** Raw text, as proposed; an approver may have changed what ran. */
  readonly arguments: string;
  readonly result: string;
}

type Fields = { readonly [field: string]: unknown };

/** What a tool does, to follow "I could not", and what it did. */
interface Words {
  readonly to: (fields: Fields) => string;
  readonly did: (fields: Fields, result: string) => string;
}

const WORDS: ReadonlyMap<string, Words> = new Map<string, Words>([
  [
    "lookup_order",
    { to: (of) => `look up order ${say(of["orderId"])}`, did: (of, result) => describeOrder(of, result) },
  ],
  [
    "search_articles",
    {
      to: (of) => `search articles about ${say(of["query"])}`,
      did: (of, result) => `Articles about ${say(of["query"])}: ${result}`,
    },
  ],
  [
    "issue_refund",
    {
      to: (of) => `refund ${sayMoney(of)} on order ${say(of["orderId"])}`,
      did: (of) => `Refunded ${sayMoney(of)} on order ${say(of["orderId"])}.`,
    },
  ],
  [
    "add_order_note",
    {
      to: (of) => `add a note to order ${say(of["orderId"])}`,
      did: (of) => `Added a note to order ${say(of["orderId"])}: ${say(of["note"])}.`,
    },
  ],
  [
    "send_email",
    {
      to: (of) => `send the email to ${say(of["to"])}`,
      did: (of) => `Sent the email "${say(of["subject"])}" to ${say(of["to"])}.`,
    },
  ],
  [
    "update_address",
    {
      to: (of) => `update the address of customer ${say(of["customerId"])}`,
      did: (of) => `Updated the address of customer ${say(of["customerId"])} to ${say(of["address"])}.`,
    },
  ],
  [
    "restart_service",
    {
      to: (of) => `restart the service ${say(of["service"])}`,
      did: (of) => `Restarted the service ${say(of["service"])}.`,
    },
  ],
  [
    "delete_customer_data",
    {
      to: (of) => `delete the data of customer ${say(of["customerId"])}`,
      did: (of) => `Deleted the data of customer ${say(of["customerId"])}.`,
    },
  ],
  [
    "deploy_release",
    {
      to: (of) => `deploy ${say(of["service"])} ${say(of["version"])}`,
      did: (of) => `Deployed ${say(of["service"])} ${say(of["version"])}.`,
    },
  ],
  ["get_user_input", { to: () => "get an answer from you", did: (_of, result) => `You answered: ${result}` }],
  ["ask_user", { to: () => "get an answer from you", did: (_of, result) => `You answered: ${result}` }],
]);

/** What the run loop puts before the reason (`answerOf` in shared/domain/conversation.ts), and what tools may. */
const FAILED_TEXT = /^(?:refused|failed|error):?\s*|^(?:no result\.?)?$/i;
/** It may have happened, or may yet: neither "done" nor "not done" would be true. */
const OPEN_TEXT = /^(?:it is not known|still running)/i;

/** One line on what became of a call: what was done, or why not in the words that came back. */
export function describeExchange({ name, arguments: raw, result }: Exchange): string {
  const words = WORDS.get(name);
  const attempt = words ? words.to(readFields(raw)) : `run ${name}`;
  if (OPEN_TEXT.test(result)) return `I tried to ${attempt}: ${clip(result)}`;
  if (hasFailed(result)) return `I could not ${attempt}: ${readReason(result)}`;
  if (!words) return `${name}: ${clip(result)}`;
  // What came back wins over what was proposed: an approver may have edited it.
  return words.did({ ...readFields(raw), ...readFields(result) }, clip(result));
}

/** Whether a tool's result says that the call did not run or went wrong. */
export function hasFailed(result: string): boolean {
  return (readFields(result)["error"] ?? null) !== null || FAILED_TEXT.test(result);
}

/** The fields of a JSON object; none when the text is anything else. */
export function readFields(text: string): Fields {
  const parsed = jsonObject.safeParse(text);
  return parsed.success ? parsed.data : {};
}

const fieldsSchema = z.record(z.string(), z.unknown());

const jsonObject = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.issues.push({ code: "custom", input: text, message: "no JSON" });
        return z.NEVER;
      }
    }),
  ),
  fieldsSchema,
);

/** The reason alone; the whole result if it is in a shape that is not known. */
function readReason(result: string): string {
  const { error } = readFields(result);
  if (typeof error === "string") return clip(error);
  const detailed = z.object({ message: z.string() }).safeParse(error);
  if (detailed.success) return clip(detailed.data.message);
  const reason = result.replace(FAILED_TEXT, "");
  return reason === "" ? "no result came back" : clip(reason);
}

function describeOrder(fields: Fields, result: string): string {
  const { orderId, customerId, total, currency } = fields;
  if (total === undefined) return `Order ${say(orderId)}: ${result}`;
  return `Order ${say(orderId)} of customer ${say(customerId)} has a total of ${say(total)} ${say(currency)}.`;
}

function sayMoney(fields: Fields): string {
  return `${say(fields["amount"])} ${say(fields["currency"])}`;
}

function say(value: unknown): string {
  if (typeof value === "string") return clip(value);
  return value === undefined ? "(none)" : clip(JSON.stringify(value));
}

function clip(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}
