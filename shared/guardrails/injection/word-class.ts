/**
 * What a word can be to a rule, one bit each, so that a rule asks for any of several classes with one mask. A word of
 * several meanings has several bits.
 */
export const WordClass = {
  /** ignore, forget, override */
  ignore: 1 << 0,
  /** not, never, without, no longer */
  negate: 1 << 1,
  /** follow, obey */
  follow: 1 << 2,
  /** previous, above, before */
  prior: 1 << 3,
  /** all, every, everything, entire */
  all: 1 << 4,
  /** instructions, prompt, orders */
  instruction: 1 << 5,
  /** new, following, instead */
  fresh: 1 << 6,
  /** you, your */
  yours: 1 << 7,
  /** show, print, repeat */
  reveal: 1 << 8,
  /** system, initial, hidden, secret */
  inner: 1 << 9,
  /** password, API key */
  secret: 1 << 10,
  /** act as, pretend, role-play */
  role: 1 << 11,
  /** from now on */
  onwards: 1 << 12,
  /** unfiltered, uncensored, amoral */
  unlimited: 1 << 13,
  /** restrictions, ethics, policies */
  limit: 1 << 14,
  /** ChatGPT, language model, assistant */
  model: 1 << 15,
  /** refuse, apologise, disclaimer */
  refuse: 1 << 16,
  /** names of jailbreaks: DAN, developer mode */
  persona: 1 << 17,
  /** illegal, unethical, hateful */
  harm: 1 << 18,
  /** what an agent's tools do: send, delete, transfer, unlock */
  act: 1 << 19,
  /** my, our, the user's */
  mine: 1 << 20,
  /** what can be taken or spoilt: accounts, files, records, doors */
  asset: 1 << 21,
  /** please, can you */
  please: 1 << 22,
  /** urgent, immediately, important */
  urgent: 1 << 23,
  /** administrator, developer, OpenAI */
  authority: 1 << 24,
  /** response, answer, reply */
  response: 1 << 25,
  /** explain, detect, example: words of talk about attacks */
  discuss: 1 << 26,
  /** an e-mail address, a URL, an account number */
  recipient: 1 << 27,
  /** the outward part of `act`: send, post, pay */
  send: 1 << 28,
  /** two, both: of answers that come twice */
  two: 1 << 29,
  /** the reading part of `act`: get, list, find */
  fetch: 1 << 30,
  /** I, we, they: whoever else a sentence is about */
  other: 1 << 31,
} as const;

export type WordClassName = keyof typeof WordClass;
