import type { Report } from "./family.ts";

interface MarkupRule {
  readonly name: string;
  /** The rule is tried only on texts that hold one of these. */
  readonly needs: readonly string[];
  readonly pattern: RegExp;
  readonly weight: number;
}

/** Marks that belong to the frame around a conversation and not into what stands in it. */
const RULES: readonly MarkupRule[] = [
  {
    name: "chat-template",
    needs: ["<|"],
    pattern:
      /<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|end)\|>/iu,
    weight: 0.75,
  },
  { name: "instruction-brackets", needs: ["INST]"], pattern: /\[\/?INST\]/u, weight: 0.7 },
  { name: "system-brackets", needs: ["SYS>>"], pattern: /<<\/?SYS>>/u, weight: 0.7 },
  { name: "turn-marks", needs: ["_turn>"], pattern: /<(?:start|end)_of_turn>/u, weight: 0.7 },
  {
    name: "frame-tag",
    needs: ["<"],
    pattern:
      /<\/?(?:system|system[_-]?prompt|instructions?|information|important|admin|user_input|user_query|tool_result|function_results|developer)(?:\s[^<>\n]{0,40})?>/iu,
    weight: 0.45,
  },
  {
    name: "heading",
    needs: ["##"],
    pattern:
      /#{2,4} {0,3}(?:new |system |updated )?(?:instructions?|system|prompt|input|response|assistant)(?: prompt| message)?:/iu,
    weight: 0.45,
  },
  {
    name: "speaker",
    needs: [":"],
    pattern:
      /(?:^|\n|\\n|["'.!?] )[[(*"']{0,3}(?:system|admin|administrator|developer)(?: ?(?:message|prompt|override|note|instructions?|alert|notice|update))?[\])*"']{0,3} ?:/iu,
    weight: 0.35,
  },
  {
    name: "bracketed-speaker",
    needs: ["["],
    pattern: /\[(?:system|admin|developer)(?: message| note)?\]/iu,
    weight: 0.35,
  },
  {
    name: "system-override",
    needs: ["verrid", "VERRID", "ypass", "YPASS"],
    pattern: /\b(?:system|admin|security|safety|policy|developer)[ _-](?:override|bypass)\b/iu,
    weight: 0.5,
  },
  {
    name: "role-field",
    needs: ["role"],
    pattern: /["']role["']\s{0,3}:\s{0,3}["'](?:system|developer)["']/iu,
    weight: 0.5,
  },
  {
    name: "fence",
    needs: ["--", "==", "##", "<<", "**", "[[", "__", "~~"],
    pattern:
      /[-=<#*[~_]{2,12} ?(?:begin|end|start|stop|new)(?: of)?(?: the)? (?:system|user|prompt|instructions?|context|document|input|data|conversation|e-?mail|text|message|response|session|rules|output)/iu,
    weight: 0.45,
  },
  {
    name: "placeholder",
    needs: ["[", "{", "<"],
    pattern:
      /[[{<](?:insert|your|put|enter|place|type)[ _](?:[a-z]{1,10}[ _]){0,3}(?:prompt|question|request|query|topic|text|here)[^\]}>\n]{0,30}[\]}>]|\{(?:prompt|question|user_input)\}|\[(?:prompt|question)\]/iu,
    weight: 0.3,
  },
  {
    name: "labelled-answer",
    needs: ["[", "("],
    pattern:
      /[[((]\p{Emoji_Presentation}?:?[a-z]{0,8}:? ?(?:chat ?gpt|gpt|classic|jailbreak|jailbroken|dan|normal|developer mode(?: output)?)\b[^\]\n]{0,14}:?[\])]:?/iu,
    weight: 0.4,
  },
];

/** The first place of each kind of mark. */
export function reportMarkup(text: string, report: Report): void {
  for (const { name, needs, pattern, weight } of RULES) {
    if (!needs.some((part) => text.includes(part))) continue;
    const match = pattern.exec(text);
    if (match === null) continue;
    report(name, { family: "markup", weight, start: match.index, end: match.index + match[0].length });
  }
}
