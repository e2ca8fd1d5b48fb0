import {
  AccountRootPrincipal,
  AnyPrincipal,
  Effect,
  PolicyDocument,
  PolicyStatement,
} from "aws-cdk-lib/aws-iam";

/** The account's administrators keep the key, and `actions` are denied to everybody but `role`, an ARN. */
export function denyAllBut(
  role: string,
  { sid, actions }: { readonly sid: string; readonly actions: readonly string[] },
): PolicyDocument {
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: "TheAccountKeepsTheKey",
        principals: [new AccountRootPrincipal()],
        // Without every right for the account a key can end up where nobody can change it any more (KMS developer guide).
        actions: ["kms:*"],
        resources: ["*"],
      }),
      new PolicyStatement({
        sid,
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [...actions],
        // In a key's policy "*" is the key itself.
        resources: ["*"],
        conditions: { ArnNotEquals: { "aws:PrincipalArn": role } },
      }),
    ],
  });
}
