/** Starts the physical name of everything a deployment owns, so that several fit into one account. */
export const defaultPrefix = "countersign";

/** The Lambda function's name, at most 64 characters (Lambda quota). */
export function functionNameOf(prefix: string, name: string): string {
  return `${prefix}-${name}`;
}

/** The name of the state machine `run`, at most 80 characters (Step Functions quota). */
export function runMachineNameOf(prefix: string): string {
  return `${prefix}-run`;
}

/** A table; `ledger` and `agent-support` are tables like the others. */
export function tableNameOf(prefix: string, table: string): string {
  return `${prefix}-${table}`;
}

/** The execution role of a function. */
export function roleNameOf(prefix: string, name: string): string {
  return `${prefix}-${name}`;
}

/** The alias of the KMS key that seals task tokens. */
export function tokenKeyAliasOf(prefix: string): string {
  return `alias/${prefix}-token`;
}

/** The alias of the KMS key that signs the ledger's checkpoints. */
export function ledgerKeyAliasOf(prefix: string): string {
  return `alias/${prefix}-ledger`;
}

/** The name of the ledger in its checkpoints, which is its key's too: unlike any other deployment's. */
export function ledgerOriginOf(account: string, region: string, prefix: string): string {
  return `countersign/${account}/${region}/${prefix}`;
}

/** The Kinesis stream of spans. */
export function spanStreamNameOf(prefix: string): string {
  return `${prefix}-spans`;
}
