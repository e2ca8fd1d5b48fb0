import type { Detector, Match } from "../detector.ts";

/** How the tokens of providers begin, and what has to follow; each provider documents its prefix for scanners. */
const tokens: readonly (readonly [prefixes: string, rest: string])[] = [
  ["AKIA ASIA ABIA ACCA", "[A-Z2-7]{16}"],
  ["ghp_ gho_ ghu_ ghs_ ghr_", "[A-Za-z\\d]{36,255}"],
  ["github_pat_", "\\w{36,255}"],
  ["glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glimt- glagent- gloas-", "[\\w-]{20,300}"],
  ["xoxb- xoxp- xoxa- xoxr- xoxs- xoxo- xoxe- xoxe.xoxp- xapp-", "[\\w-]{10,300}"],
  ["sk-ant- sk-proj- sk-svcacct- sk-admin- sk-or-v1- sk-lf-", "[\\w-]{20,300}"],
  ["sk-", "(?=[a-zA-Z]{0,40}\\d)[A-Za-z\\d]{20,200}"],
  ["sk_live_ sk_test_ rk_live_ rk_test_ sk_prod_ rk_prod_ whsec_", "[A-Za-z\\d+/=]{10,250}"],
  ["AIza", "[\\w-]{35}"],
  ["ya29.", "[\\w-]{20,300}"],
  ["GOCSPX-", "[\\w-]{28}"],
  ["SG.", "[\\w-]{16,32}\\.[\\w-]{32,64}"],
  ["key-", "[a-f\\d]{32}"],
  ["npm_", "[A-Za-z\\d]{36}"],
  ["pypi-AgE", "[\\w-]{50,300}"],
  ["rubygems_", "[a-f\\d]{48}"],
  ["dckr_pat_ dckr_oat_", "[\\w-]{20,64}"],
  ["dop_v1_ doo_v1_ dor_v1_", "[a-f\\d]{64}"],
  ["shpat_ shpca_ shppa_ shpss_", "[a-fA-F\\d]{32}"],
  ["sq0atp- sq0csp- sq0idp-", "[\\w-]{22,60}"],
  ["EAAA", "[\\w-]{56,120}"],
  ["hf_ api_org_", "[A-Za-z]{34}"],
  ["r8_", "[A-Za-z\\d]{37}"],
  ["gsk_ pplx- xai- fw_", "[A-Za-z\\d]{40,90}"],
  ["lin_api_ lin_oauth_", "[A-Za-z\\d]{40,64}"],
  ["PMAK-", "[a-f\\d]{24}-[a-f\\d]{34}"],
  ["ATATT3 ATCTT3 ATBB", "[\\w=-]{24,250}"],
  ["dapi", "[a-f\\d]{32}(?:-\\d)?"],
  ["hvs. hvb. hvr.", "[\\w-]{24,300}"],
  ["pul-", "[a-f\\d]{40}"],
  ["sntrys_ sntryu_", "[\\w+/=-]{40,300}"],
  ["NRAK- NRAL- NRII- NRJS-", "[\\w-]{19,64}"],
  ["dp.pt. dp.st. dp.ct. dp.sa.", "[\\w.-]{40,64}"],
  ["EZAK EZTK", "[A-Za-z\\d]{54}"],
  ["figd_ figo_", "[\\w-]{38,60}"],
  ["ntn_ secret_", "[A-Za-z\\d]{43,50}"],
  ["glsa_ glc_", "[A-Za-z\\d+/=_]{32,400}"],
  ["SK", "[a-f\\d]{32}"],
  ["sl.", "[\\w-]{130,160}"],
  ["AGE-SECRET-KEY-1", "[A-Z\\d]{58}"],
  ["LTAI", "[A-Za-z\\d]{16,24}"],
  ["AKID", "[A-Za-z\\d]{13,40}"],
  ["tskey-", "[a-z]{3,10}-[A-Za-z\\d]{8,40}-[A-Za-z\\d]{20,64}"],
  ["fo1_ fm1_ fm2_ FlyV1", "[\\w+/=, -]{40,300}"],
  ["CFPAT- ctp_", "[\\w-]{40,50}"],
  ["sbp_ sb_secret_", "[\\w-]{30,50}"],
  ["rnd_", "[A-Za-z\\d]{28,40}"],
  ["phx_", "[A-Za-z\\d]{40,50}"],
  ["bkua_", "[a-f\\d]{40}"],
  ["AKCp", "[A-Za-z\\d]{65,80}"],
  ["pscale_tkn_ pscale_pw_ pscale_oauth_", "[\\w=.-]{32,64}"],
  ["v1.0-", "[a-f\\d]{24}-[a-f\\d]{146}"],
  ["eyJrIjoi", "[\\w=]{60,400}"],
  ["nfp_ ddp_ ddw_ tvly- fc- e2b_ ops_eyJ", "[\\w-]{28,400}"],
  ["HRKU-", "[\\w-]{36,70}"],
  ["xkeysib-", "[a-f\\d]{64}-[A-Za-z\\d]{16}"],
  ["AAAA", "[\\w-]{7}:[\\w-]{140}"],
];

const restOfPrefix: ReadonlyMap<string, string> = new Map(
  tokens.flatMap(([prefixes, rest]) => prefixes.split(" ").map((prefix): [string, string] => [prefix, rest])),
);

/** Longest first, so that `sk-ant-` is not taken for `sk-`. */
const anyPrefix = Array.from(restOfPrefix.keys())
  .toSorted((a, b) => b.length - a.length)
  .map((prefix) => prefix.replaceAll(".", "\\."))
  .join("|");
const heads = new RegExp(`(?<![A-Za-z\\d])(?:${anyPrefix})`, "g");
const compiled = new Map<string, RegExp>();

/** Tokens that announce their provider. */
export const providerTokenDetector: Detector<string> = {
  name: "provider-token",
  version: "1",
  find: (text) => {
    const matches: Match[] = [];
    for (const { 0: prefix, index } of text.matchAll(heads)) {
      const pattern = compileRest(prefix);
      pattern.lastIndex = index + prefix.length;
      if (!pattern.test(text) || isSample(text.slice(index, pattern.lastIndex))) continue;
      matches.push({ kind: "secret", start: index, end: pattern.lastIndex, confidence: 0.97 });
    }
    for (const { 0: found, index } of text.matchAll(otherForms))
      matches.push({ kind: "secret", start: index, end: index + found.length, confidence: 0.95 });
    return matches;
  },
};

/** Telegram and Discord bots, incoming webhooks of Slack, Discord and Teams: known by their whole form. */
const otherForms =
  /\b(?:\d{8,10}:AA[\w-]{33}|[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,38}|hooks\.slack\.com\/(?:services|workflows)\/[\w/+-]{20,80}|discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{60,72})(?![\w-])/g;

function compileRest(prefix: string): RegExp {
  let pattern = compiled.get(prefix);
  if (pattern === undefined) {
    pattern = new RegExp(`(?:${restOfPrefix.get(prefix) ?? "(?!)"})(?![A-Za-z\\d])`, "y");
    compiled.set(prefix, pattern);
  }
  return pattern;
}

/** What documentation shows in a token's place. */
function isSample(token: string): boolean {
  return /EXAMPLE|x{6}|X{6}|\*{4}|(.)\1{9}/.test(token);
}
