import type { Guard } from "./guard.ts";

const decide = "shared/domain/decide.ts";
const decider = "shared/domain/decider.ts";
const quorum = "shared/domain/quorum.ts";
const gate = "shared/domain/execution-gate.ts";

/** Files of the domain's tests by the beginning of their name. */
const domain = (name: string) => [`test/shared/domain/${name}`];

/** A guard of `decide`, taken out of its list. */
const guardOf = (rule: string, name: string): Guard => ({
  rule,
  file: decide,
  code: `  ${name},\n`,
  out: "",
  tests: domain("decide.test.ts"),
});

/**
 * Every rule and threat of docs/threat-model.md that code holds, with the place that holds it. `npm run test:guards` takes
 * each out in a copy.
 */
export const guards: readonly Guard[] = [
  // Rule 1: knowing an id decides nothing.
  {
    rule: "rule 1",
    file: "functions/http/authenticate.ts",
    code: "  if (principal === undefined) {\n    return refuse(",
    out: "  if (principal === undefined && token === undefined) {\n    return refuse(",
    tests: ["test/functions/http/create-app.test.ts"],
  },
  {
    rule: "rule 1",
    file: "functions/http/authenticate.ts",
    code: "principal.scopes.includes(scope)",
    out: "principal.scopes.length >= 0",
    tests: ["test/functions/http/create-app.test.ts"],
  },
  {
    rule: "rule 1",
    file: "shared/adapters/restrict-store.ts",
    code: "      for (const action of actions) require(verbOf(action), action.key);\n",
    out: "",
    tests: ["test/shared/adapters/restrict-store.test.ts"],
  },
  guardOf("forwarded link", "refuseStrangers"),

  // Rule 2: the task token is nobody's to read.
  {
    rule: "rule 2",
    file: "functions/open-requirement/store-token.ts",
    code: "sealed: await sealToken(token, requirementId)",
    out: "sealed: token",
    tests: ["test/functions/open-requirement", "test/story/leaks.test.ts"],
  },
  {
    rule: "rule 2",
    file: "shared/adapters/restrict-store.ts",
    code: '    async sendTaskSuccess(request) {\n      require("send");\n',
    out: "    async sendTaskSuccess(request) {\n",
    tests: ["test/shared/adapters/restrict-store.test.ts"],
  },

  // Rule 3: what is shown is what runs.
  guardOf("rule 3", "refuseStaleDigest"),
  {
    rule: "rule 3",
    file: gate,
    code: "  if (digest !== requirement.digest) {",
    out: "  if (digest === undefined) {",
    tests: domain("execution-"),
  },
  {
    rule: "rule 3",
    file: gate,
    code: "if (!digest.ok || digest.digest !== expected) {",
    out: "if (!digest.ok) {",
    tests: domain("execution-"),
  },
  {
    rule: "rule 3",
    file: "local/cli/check-shown.ts",
    code: "  if (input !== undefined) return;\n",
    out: "  return;\n",
    tests: ["test/local/cli"],
  },

  // Rule 4: the executor is the last gate.
  {
    rule: "rule 4",
    file: gate,
    code: '  if (requirement.status !== "approved") return refusalOf(requirement);\n',
    out: "",
    tests: domain("execution-"),
  },
  {
    rule: "rule 4",
    file: gate,
    code: "  if (toolVersionOf(tool, sha256) !== call.toolVersion) {",
    out: "  if (tool.name === undefined) {",
    tests: domain("execution-"),
  },
  {
    rule: "rule 4",
    file: gate,
    code: "  if (!isAbout(requirement, given)) {",
    out: "  if (requirement.id === undefined) {",
    tests: domain("execution-"),
  },
  {
    rule: "rule 4",
    file: gate,
    code: '  if (isOver(run)) return refusal("cancelled", "The run was cancelled before this call ran.", "cancelled");\n',
    out: "",
    tests: domain("execution-"),
  },
  {
    rule: "rule 4",
    file: gate,
    code: '  if (isEnded(execution)) return { verdict: "ended" };\n',
    out: "",
    tests: domain("execution-"),
  },
  {
    rule: "rule 4",
    file: gate,
    code: '  if (given.now < execution.leaseUntil) return { verdict: "in-progress", until: execution.leaseUntil };\n',
    out: "",
    tests: domain("execution-"),
  },
  {
    rule: "rule 4",
    file: gate,
    code: '  if (given.agent?.tool(given.call.tool)?.idempotent !== true) return { verdict: "in-doubt" };\n',
    out: "",
    tests: domain("execution-"),
  },
  {
    rule: "rule 4",
    file: quorum,
    code: '  if (awaited.some((id) => !sealed.some((entry) => entry.id === id))) return "unsealed";\n',
    out: "",
    tests: domain("quorum.test.ts"),
  },
  {
    rule: "rule 4",
    file: quorum,
    code: '    if (rejections.size >= stage.rejections) return "not-met";\n',
    out: "",
    tests: domain("quorum.test.ts"),
  },
  {
    rule: "rule 4",
    file: quorum,
    code: "    entry.digest === requirement.digest &&\n",
    out: "",
    tests: domain("quorum.test.ts"),
  },
  {
    rule: "rule 4",
    file: quorum,
    code: "    entry.version === requirement.version &&\n",
    out: "",
    tests: domain("quorum.test.ts"),
  },
  {
    rule: "rule 4",
    file: "functions/execute-call/run-tool.ts",
    code: '    { action: "check", key: runKey(run.tenant, run.id), expect: gate.runRevision },\n',
    out: "",
    tests: ["test/functions/execute-call"],
  },
  {
    rule: "rule 4",
    file: "functions/execute-call/load-sealed-entries.ts",
    code: "      if (verified.ok) entries.push(verified.entry);\n      else refuse(verified.fault);\n",
    out: "      const entry2 = parseLedgerEntry(entry.text);\n      if (entry2 !== undefined) entries.push(entry2);\n      if (!verified.ok) refuse(verified.fault);\n",
    tests: ["test/functions/execute-call/tampered-receipt.test.ts"],
  },

  // Rule 5: who asked comes from a verified token, and no maker decides.
  guardOf("rule 5", "refuseMakers"),
  {
    rule: "rule 5",
    file: quorum,
    code: "    !made && stage.by.some(",
    out: "    stage.by.some(",
    tests: domain("quorum.test.ts"),
  },
  {
    rule: "rule 5",
    file: decider,
    code: "    requirement.owner === subject ||\n",
    out: "",
    tests: ["test/shared/domain/decide.test.ts", "test/shared/domain/decider.test.ts"],
  },
  {
    rule: "rule 5",
    file: decider,
    code: "    requirement.makers.some((maker) => maker === subject)\n",
    out: "    false\n",
    tests: ["test/shared/domain/decide.test.ts", "test/shared/domain/decider.test.ts"],
  },
  {
    rule: "rule 5",
    file: gate,
    code: "agent?.owner === undefined ? makers : [...makers, agent.owner]",
    out: "makers",
    tests: domain("execution-"),
  },
  {
    rule: "rule 5",
    file: "shared/adapters/oidc/verify-access-token.ts",
    code: "principal !== undefined && clientIds.includes(principal.clientId) ? principal : undefined",
    out: "principal",
    tests: ["test/shared/adapters/oidc"],
  },
  {
    rule: "rule 5",
    file: "shared/adapters/oidc/verify-access-token.ts",
    code: '      algorithms: ["RS256"],\n',
    out: "",
    tests: ["test/shared/adapters/oidc"],
  },

  // Rule 6: one conditional write decides.
  guardOf("rule 6", "refuseDecided"),
  guardOf("rule 6", "refuseCancelled"),
  guardOf("rule 6", "refuseSecondVotes"),
  {
    rule: "rule 6",
    file: "shared/domain/transitions.ts",
    code: "  approved: {},",
    out: '  approved: { expired: "expired" },',
    tests: domain("transitions.test.ts"),
  },
  {
    rule: "rule 6",
    file: "shared/domain/transitions.ts",
    code: "  cancelled: {},",
    out: '  cancelled: { "last-stage-passed": "approved" },',
    tests: domain("transitions.test.ts"),
  },
  {
    rule: "rule 6",
    file: quorum,
    code: "        !counted.has(vote.actor.subject),",
    out: "        vote.actor.subject.length > 0,",
    tests: domain("quorum.test.ts"),
  },

  // Rule 7: absence is not approval.
  guardOf("rule 7", "refuseIneligible"),
  guardOf("rule 7", "refuseUnreadable"),
  {
    rule: "rule 7",
    file: quorum,
    code: 'requirement.stages.length === 0 ? "not-met" : "met"',
    out: '"met"',
    tests: domain("quorum.test.ts"),
  },
  {
    rule: "rule 7",
    file: "shared/domain/tiers.ts",
    code: "  if (!readOnly && !gated) {",
    out: "  if (!readOnly && !gated && tool === undefined) {",
    tests: domain("tiers.test.ts"),
  },

  // Rule 8: policy may add conditions.
  guardOf("rule 8", "refuseEarlyVotes"),
  guardOf("rule 8", "refuseUnknownDecisions"),

  // Rule 9: the function that reads the model's words.
  {
    rule: "rule 9",
    file: "shared/wiring.ts",
    code: '    writes: ["work"],\n    checks: ["rules"],\n    personal: "open",\n    agentTables: "read",',
    out: '    writes: ["work", "decisions"],\n    checks: ["rules"],\n    personal: "open",\n    agentTables: "write",',
    tests: ["test/shared/wiring.test.ts", "test/infra", "test/docs"],
  },

  // Rule 10: every attempt is recorded.
  {
    rule: "rule 10",
    file: "functions/record-decisions/record-vote.ts",
    code: "      await recordRefused(parts, loaded.value, request.principal, verdict, at);\n",
    out: "",
    tests: ["test/functions/record-decisions", "test/story/record.test.ts"],
  },
  {
    rule: "rule 10",
    file: "shared/adapters/restrict-store.ts",
    code: "return grant.writes.includes(table) && deletable.has(table);",
    out: "return grant.writes.includes(table);",
    tests: ["test/shared/adapters/restrict-store.test.ts"],
  },

  // Threats by name.
  guardOf("an agent gains approver power", "refuseMachines"),
  {
    rule: "an agent gains approver power",
    file: quorum,
    code: '    entry.actor.kind === "person" &&\n',
    out: "",
    tests: domain("quorum.test.ts"),
  },
  guardOf("expiry not enforced", "refuseExpired"),
  {
    rule: "expiry not enforced",
    file: quorum,
    code: "    entry.at < requirement.expiresAt &&\n",
    out: "",
    tests: domain("quorum.test.ts"),
  },
  {
    rule: "tenants and names",
    file: decider,
    code: '  if (decider.kind === "machine") return false;\n',
    out: '  if (decider.kind === "machine") return true;\n',
    tests: [
      "test/shared/domain/decide.test.ts",
      "test/shared/domain/decider.test.ts",
      "test/shared/domain/visibility.test.ts",
    ],
  },
  {
    rule: "tenants and names",
    file: "shared/domain/visibility.ts",
    code: '  if (viewer.isAdmin) return "outline";\n',
    out: '  if (viewer.isAdmin) return "whole";\n',
    tests: domain("visibility.test.ts"),
  },
  {
    rule: "display deception",
    file: "local/cli/visible-text.ts",
    code: "    .replace(hidden, escapeCharacter)\n",
    out: "",
    tests: ["test/local/cli"],
  },
  {
    rule: "time of check, time of use",
    file: "functions/execute-call/run-tool.ts",
    code: "    ...checkPools(run.tenant, gate.loadedPools),\n",
    out: "",
    tests: ["test/functions/execute-call"],
  },
  {
    rule: "replay",
    file: "shared/domain/quorum.ts",
    code: "    entry.id === voteEntry(requirement.id, requirement.version, entry.stage, entry.actor.subject)\n",
    out: "    true\n",
    tests: domain("quorum.test.ts"),
  },
  {
    rule: "races, lost or doubled resume",
    file: "functions/open-requirement/store-token.ts",
    code: "    if (stored?.value.released !== undefined) {",
    out: "    if (stored?.value.released !== undefined && epoch < 0) {",
    tests: ["test/functions/open-requirement"],
  },
  {
    rule: "races, lost or doubled resume",
    file: "functions/resume-run/release-requirement.ts",
    code: '  if (!(await isSealed(parts, requirement, sealedSize))) return "not-yet";\n',
    out: "",
    tests: ["test/functions/resume-run"],
  },
  {
    rule: "a writer of one table forges the rest",
    file: "functions/append-ledger/read-rows.ts",
    code: 'return entrySources[parsed.data.kind] === table ? parsed.data : refuse(log, "wrong-source");',
    out: "return parsed.data;",
    tests: ["test/functions/append-ledger"],
  },
  {
    rule: "tampering with the record",
    file: "functions/sign-checkpoint/sign-ledger.ts",
    code: "  if (before.size !== signed.from || rootOf(before, parts.hash) !== signed.root) {",
    out: "  if (before.size !== signed.from) {",
    tests: ["test/functions/sign-checkpoint"],
  },
  {
    rule: "bypass of the executor",
    file: gate,
    code: '  if (tool.gate.mode !== "audit" || call.input === undefined) {',
    out: "  if (call.input === undefined) {",
    tests: domain("execution-"),
  },
  {
    rule: "approval fatigue",
    file: "shared/domain/run-loop.ts",
    code: 'requirement.status === "rejected" && requirement.inputDigest',
    out: 'requirement.status === "approved" && requirement.inputDigest',
    tests: domain("run-loop"),
  },
];
