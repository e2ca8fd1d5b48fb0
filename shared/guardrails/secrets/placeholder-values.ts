/** What stands for a value in code and documentation: variables, templates, words for "put yours here". */
const placeholder =
  /^(?:[$%]?\{.*|\$\(?\w.*|<.*|%\w+%|\[.*|\{\{.*|(.)\1*|[*x.•_-]+|null|nil|none|true|false|undefined|empty|string|str|int|void|required|optional|hidden|redacted|removed|masked|secret|password|passwd|passphrase|token|key|value|test|todo|n\/a|changeit|env|input|field|prompt|default|enabled|disabled|yes|no|here|and|or|is|was)$/i;
const placeholderPart =
  /example|placeholder|your[-_ ]?|my[-_](?:api|secret|token|pass|key)|change[-_]?me|insert[-_]|replace[-_]|dummy|redacted|xxxx|\*\*\*\*|\.\.\.|process\.env|os\.environ|getenv|environ\[|secrets\.|vault:|config\.|settings\.|self\.|this\.|req\.|request\.|params\.|args\.|props\.|options\./i;

/** Whether a value is no secret, but a place for one. */
export function isPlaceholder(value: string): boolean {
  return placeholder.test(value) || placeholderPart.test(value) || /^[\w.]+\(.*$/.test(value);
}

/** Shannon entropy of the characters, bits per character. */
export function measureEntropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
