import { PolicyDocument, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { roleNameOf } from "../../shared/names.ts";
import type { FunctionName } from "../../shared/wiring.ts";
import { type GrantTargets, grantsOf } from "./grants.ts";

/**
 * The role of one function. Its permissions are a part of it, not policies beside it: it never exists with fewer or
 * more, and no construct adds any.
 */
export class FunctionRole extends Role {
  constructor(scope: Construct, name: FunctionName, targets: GrantTargets) {
    super(scope, `${name}-role`, {
      roleName: roleNameOf(targets.config.prefix, name),
      description: `What the function ${name} may do`,
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: { grants: new PolicyDocument({ statements: grantsOf(name, targets) }) },
    });
  }
}
