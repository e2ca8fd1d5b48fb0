import type { Detector, Match } from "../detector.ts";
import { isPlaceholder, measureEntropy } from "./placeholder-values.ts";

/** Names that values with this much chance in them are assigned to; a password may be chosen by a person. */
const keyword =
  /pass(?:word|wd|wort|phrase|code)s?|pwd|contrase(?:ñ|n)a|mot de passe|wachtwoord|senha|has[łl]o|пароль|密码|密碼|パスワード|비밀번호|\bpw(?=["']? ?[=:]| is )|secret|token|api[-_. ]?key|apikey|access[-_. ]?key|auth[-_. ]?key|(?:private|encryption|signing|master|account|shared|license|webhook|service|storage|session|app|client|consumer)[-_. ]?key|credential|client[-_. ]?secret|\b(?:key|pass)(?=["']? ?[=:])/gi;

const passwordName = /^(?:pass|pwd?|contra|mot|wacht|senha|has|пар|密|パ|비)/i;

/** The rest of the name, then what assigns: `_ID"]: `, ` = `, ` => `, ` is `, or a space in a sentence. */
const operator =
  /([\w.-]{0,24})["'`\]]{0,2}\s{0,4}(=>|:=|={1,3}|:|,|\(|is(?=\s)|was(?=\s)|ist(?=\s)|lautet(?=\s)|es(?=\s)|est(?=\s)|是|は|은|는|：|)\s{0,4}(["'`“‘«]?)/iy;
/** `secretName`, `password_hash`, `tokenUrl`: what is assigned says something about the secret. */
const descriptiveRest =
  /^[-_.]?(?:s?[-_]?manager|name|hash|file|path|policy|field|length|reset|url|uri|input|arn|type|version|count|limit|expir|lifetime|ttl|iz|id$)/i;
const quoted = /[^"'`”’»\r\n]{3,256}(?=["'`”’»])/y;
const bare = /[^\s"'`<>,;|]{4,256}/y;

/** Values that are assigned to what is named a password, a secret, a key or a token. */
export const assignedSecretDetector: Detector<string> = {
  name: "assigned-secret",
  version: "1",
  find: (text) => {
    const matches: Match[] = [];
    let read = 0;
    for (const { 0: name, index } of text.matchAll(keyword)) {
      if (index < read) continue;
      const assigned = readAssigned(text, index + name.length);
      if (assigned === undefined) continue;
      const { start, value, sign } = assigned;
      // A name within an assigned value is part of it; within a sentence it is the next name.
      if (sign !== "") read = start + value.length;
      if (isPlaceholder(value) || !isSecret(assigned, passwordName.test(name))) continue;
      read = start + value.length;
      matches.push({ kind: "secret", start, end: read, confidence: sign === "" ? 0.75 : 0.85 });
    }
    return matches;
  },
};

interface Assigned {
  readonly start: number;
  readonly value: string;
  /** Empty in a sentence: "her password !PurpleSky77". */
  readonly sign: string;
  readonly isQuoted: boolean;
}

/** What is assigned to the name that ends here. */
function readAssigned(text: string, from: number): Assigned | undefined {
  operator.lastIndex = from;
  const assigned = operator.exec(text);
  if (assigned === null) return undefined;
  const [found, rest = "", sign = "", quote = ""] = assigned;
  // Nothing at all between the name and what follows: one word.
  if (descriptiveRest.test(rest) || (sign === "" && found.length === rest.length)) return undefined;
  const start = operator.lastIndex;
  const pattern = quote === "" ? bare : quoted;
  pattern.lastIndex = start;
  const value = trimValue(pattern.exec(text)?.[0] ?? "", quote !== "");
  return value === "" ? undefined : { start, value, sign, isQuoted: quote !== "" };
}

/** Without the next parameter of a query and the sentence's own punctuation. */
function trimValue(value: string, isQuoted: boolean): string {
  if (isQuoted) return value;
  const [first = ""] = value.split(/&[\w.-]{1,40}=/, 1);
  return first.replace(/[.,:?)\]}]{1,8}$|\.?\\n$/, "");
}

/** Words that are passwords more often than words, after "password:". */
const worstPasswords =
  /^(?:qwerty|letmein|admin|welcome|monkey|dragon|iloveyou|abc123|football|princess|sunshine|master|shadow|hunter)\w*$/i;

function isSecret({ value, sign, isQuoted }: Assigned, isPassword: boolean): boolean {
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d\s]/].filter((pattern) => pattern.test(value)).length;
  if (isPassword) {
    if (value.includes(" ") && (!isQuoted || sign === "")) return false;
    // A comma or a bracket stands between arguments of code, not before a password.
    if (sign === "," || sign === "(") return isQuoted && value.length >= 6 && classes >= 2;
    // A sentence's own words have one class of characters, or a capital at their head.
    const isWord = /^\p{L}[\p{Ll}'’-]*$/u.test(value) && !worstPasswords.test(value);
    if (/^(?:=|:=|:|=>|==|：)$/.test(sign) && !isWord) return value.length >= 4;
    if (/^(?:=|:=|=>)$/.test(sign)) return value.length >= 6;
    if (isQuoted && sign !== "") return value.length >= 4;
    // The rest of an address with user information.
    if (value.startsWith("@")) return false;
    return (
      value.length >= 6 &&
      !isWord &&
      (classes >= 3 || (classes === 2 && /\d/.test(value)) || (classes >= 2 && /[^A-Za-z\d'’.-]/.test(value)))
    );
  }
  if (sign === "" || value.includes(" "))
    return value.length >= 20 && !value.includes(" ") && isRandom(value);
  return value.length >= 12 && isRandom(value);
}

const leastHexEntropy = 2.6;
const leastEntropy = 3.2;

/** Digits among letters, and as much entropy as a key has: a path, a version or a name has less. */
function isRandom(value: string): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value) || /^(?:https?:|\/|\.\/|arn:)/.test(value)) return false;
  if (!/^[\w+/=.~:!@#$%^&*-]+$/.test(value)) return false;
  return measureEntropy(value) >= (/^[\da-f-]+$/i.test(value) ? leastHexEntropy : leastEntropy);
}
