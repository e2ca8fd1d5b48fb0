import { parseAmount } from "./parse-amount.ts";

/** What one sentence asks for. */
export type Sentence =
  | {
      readonly kind: "call";
      readonly name: string;
      /** The tool's arguments, in the order in which they are written out. */
      readonly input: { readonly [field: string]: unknown };
    }
  /** Begins like one that is known, but a part is missing. */
  | { readonly kind: "question"; readonly text: string };

/** One sentence for each tool: what the answer to anything else lists. */
export const EXAMPLE_SENTENCES: readonly string[] = [
  "Look up order 1042",
  "Search articles about late parcels",
  "Refund order 1042, 250.00 because the parcel was lost",
  "Add a note to order 1042: customer was told",
  "Send an email to ann@example.com subject Your parcel body It is on its way",
  "Update the address of customer cus_17 to 1 Main Street, Dublin",
  "Restart the service checkout",
  "Delete the data of customer cus_17 because they asked for it",
  "Deploy checkout 2.4.1",
  "Ask me for the delivery date",
  "Ask me whether to refund or replace",
];

interface Form {
  /** How such a sentence begins; sentences are cut apart where one of these matches. */
  readonly start: RegExp;
  readonly read: (text: string) => Sentence;
}

const ORDER = /\border\s+#?(?<orderId>[A-Za-z0-9_-]+)/i;

const FORMS: readonly Form[] = [
  {
    start: /(?:look ?up|show|check|find|get|where is)\s+(?:me\s+)?(?:the\s+)?(?:status of\s+)?order\b/,
    read: fill("lookup_order", ORDER, "Which order should I look up? Say: Look up order 1042."),
  },
  {
    start: /(?:search|find)\s+(?:the\s+)?(?:help\s+)?(?:articles?|knowledge base|docs)\b/,
    read: fill(
      "search_articles",
      /(?:articles?|base|docs)\s+(?:for|about|on)\s+(?<query>.+)$/is,
      "What should I search for? Say: Search articles about late parcels.",
    ),
  },
  { start: /(?:issue\s+(?:a\s+)?)?refund\b/, read: readRefund },
  {
    start: /(?:add|leave|put)\s+(?:an?\s+|the\s+)?note\b/,
    read: fill(
      "add_order_note",
      /order\s+#?(?<orderId>[A-Za-z0-9_-]+)\s*(?::|saying|that)\s*(?<note>.+)$/is,
      "What should the note say, and on which order? Say: Add a note to order 1042: customer was told.",
    ),
  },
  {
    start: /(?:send|write)\s+(?:an?\s+)?e-?mail\b/,
    read: fill(
      "send_email",
      /\bto\s+(?<to>\S+@\S+?),?\s+(?:with\s+)?(?:the\s+)?(?:subject|about)\s+(?<subject>"[^"]*"|.+?),?\s*(?:(?:and\s+)?(?:the\s+)?\b(?:body|saying)\b|:)\s*(?<body>.+)$/is,
      "To whom, with which subject and body? Say: Send an email to ann@example.com subject Your parcel body It is on its way.",
    ),
  },
  {
    start: /(?:update|change|set)\s+(?:the\s+)?(?:delivery\s+|shipping\s+)?address\b/,
    read: fill(
      "update_address",
      /\bcustomer\s+(?<customerId>[A-Za-z0-9_-]+)\s*(?:to\b|:)\s*(?<address>.+)$/is,
      "Whose address, and what is the new one? Say: Update the address of customer cus_17 to 1 Main Street, Dublin.",
    ),
  },
  {
    start: /restart\b/,
    read: fill(
      "restart_service",
      /restart\s+(?:the\s+)?(?:service\s+)?(?<service>[A-Za-z0-9_-]+)/i,
      "Which service should I restart? Say: Restart the service checkout.",
    ),
  },
  {
    start: /(?:delete|erase)\s+(?:all\s+)?(?:the\s+)?(?:personal\s+)?(?:data|customer)\b/,
    read: readDeletion,
  },
  { start: /deploy\b/, read: readDeployment },
  { start: /ask me (?:whether to|to choose between)\b/, read: readChoice },
  { start: /ask me for\b/, read: readField },
];

/** A sentence begins the text or a line, or follows a stop or one of these words. */
const LEAD = String.raw`(?:^|[.;,!?\n]|\b(?:and|then|please|also|you)\b)\s*`;

/** Cuts a text where a known sentence begins and reads each; text before the first one is ignored. */
export function parseSentences(text: string): Sentence[] {
  const starts = FORMS.flatMap((form) => findStarts(text, form.start).map((at) => ({ form, at }))).toSorted(
    (one, other) => one.at - other.at,
  );
  return starts.map(({ form, at }, index) => {
    const next = starts[index + 1];
    return form.read(next ? dropJoint(text.slice(at, next.at)) : dropStop(text.slice(at)));
  });
}

function findStarts(text: string, start: RegExp): number[] {
  const quoted = [...text.matchAll(/"[^"]*"/g)].map(({ 0: quote, index }) => ({
    from: index,
    to: index + quote.length,
  }));
  return [...text.matchAll(new RegExp(`(?<lead>${LEAD})${start.source}`, "gim"))]
    .map((match) => match.index + (match.groups?.["lead"]?.length ?? 0))
    .filter((at) => !quoted.some(({ from, to }) => from < at && at < to));
}

/** What leads over to the next sentence is no part of this one. */
function dropJoint(text: string): string {
  return text.replace(/(?:[\s,;.!]|\b(?:and|then|please|also|can|could|you)\b)+$/i, "");
}

function dropStop(text: string): string {
  return text.replace(/[\s.!;,]+$/, "");
}

/** Named groups become arguments of the same name. */
function fill(name: string, shape: RegExp, question: string): Form["read"] {
  return (text) => {
    const groups = shape.exec(text)?.groups;
    if (!groups) return { kind: "question", text: question };
    const fields = Object.entries(groups).map(([field, value]): [string, string] => [field, unquote(value)]);
    return { kind: "call", name, input: Object.fromEntries(fields) };
  };
}

function readRefund(text: string): Sentence {
  const orderId = ORDER.exec(text)?.groups?.["orderId"];
  const [what, reason] = splitReason(text);
  const money = parseAmount(what.replace(ORDER, ""));
  if (orderId === undefined || money === undefined) {
    return {
      kind: "question",
      text: "Which order should I refund, and how much? Say: Refund order 1042, 250.00 because the parcel was lost.",
    };
  }
  return { kind: "call", name: "issue_refund", input: { orderId, ...money, reason } };
}

function readDeletion(text: string): Sentence {
  const [what, reason] = splitReason(text);
  const customerId = /\bcustomer\s+(?<id>[A-Za-z0-9_-]+)/i.exec(what)?.groups?.["id"];
  if (customerId === undefined) {
    return {
      kind: "question",
      text: "Whose data should I delete? Say: Delete the data of customer cus_17 because they asked for it.",
    };
  }
  return { kind: "call", name: "delete_customer_data", input: { customerId, reason } };
}

function readDeployment(text: string): Sentence {
  const version = /\b(?<version>v?\d+(?:[.-]\w+)*)/i.exec(text)?.groups?.["version"];
  // "deploy checkout 2.4.1", else "deploy version 2.4.1 of checkout"
  const service =
    /^deploy\s+(?:the\s+)?(?:service\s+)?(?!version\b|release\b|v\d)(?<service>[A-Za-z][\w-]*)\s/i.exec(
      text,
    ) ?? /\b(?:of|to)\s+(?:the\s+)?(?<service>[A-Za-z][\w-]*)/i.exec(text);
  const name = service?.groups?.["service"];
  if (version === undefined || name === undefined) {
    return { kind: "question", text: "Which version of which service? Say: Deploy checkout 2.4.1." };
  }
  return { kind: "call", name: "deploy_release", input: { service: name, version } };
}

function readChoice(text: string): Sentence {
  const rest = text.replace(/^ask me (?:whether to|to choose between)\s*/i, "").replace(/\?$/, "");
  const options = rest.split(/\s*,\s*(?:or\s+)?|\s+or\s+|\s+and\s+/i).filter((option) => option !== "");
  if (options.length < 2) {
    return { kind: "question", text: "Between what? Say: Ask me whether to refund or replace." };
  }
  const question = { question: `Which one: ${options.join(", ")}?`, options, multiSelect: false };
  return { kind: "call", name: "ask_user", input: { questions: [question] } };
}

function readField(text: string): Sentence {
  const description = text.replace(/^ask me for\s*/i, "");
  const name = description
    .toLowerCase()
    .replace(/^(?:the|my|an?)\s+/, "")
    .replace(/[^a-z0-9]+/g, "_");
  if (name === "") return { kind: "question", text: "For what? Say: Ask me for the delivery date." };
  return { kind: "call", name: "get_user_input", input: { fields: [{ name, type: "string", description }] } };
}

/** The part before "because" (or a colon that no sum follows), and the reason up to the end of its sentence. */
function splitReason(text: string): [what: string, reason: string] {
  const groups = /^(?<what>.*?)(?:\bbecause\b|:\s+(?![\d€$£]))(?<reason>.*)$/is.exec(text)?.groups;
  const reason = (groups?.["reason"] ?? "").trim().split(/[.!?]\s|\n/)[0] ?? "";
  return [groups?.["what"] ?? text, reason === "" ? "no reason given" : unquote(reason)];
}

function unquote(text: string): string {
  return text.trim().replace(/^"([^"]*)"$/, "$1");
}
