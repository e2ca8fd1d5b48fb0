import { type IRole, Role } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { roleNameOf } from "../../shared/names.ts";
import type { FunctionName } from "../../shared/wiring.ts";
import { type EnvironmentSources, environmentOf } from "./function-environment.ts";
import { isSensitive, listFunctions } from "./function-kinds.ts";
import { FunctionRole } from "./function-role.ts";
import type { GrantTargets } from "./grants.ts";
import { WiredFunction } from "./wired-function.ts";

export type WiredFunctionsProps = GrantTargets & EnvironmentSources;

/** Every function of the wiring, each with a role of its own. */
export class WiredFunctions extends Construct {
  readonly #functions = new Map<FunctionName, WiredFunction>();

  constructor(scope: Construct, id: string, props: WiredFunctionsProps) {
    super(scope, id);
    for (const name of listFunctions(props.config)) {
      const { prefix } = props.config;
      const role = this.#roleOf(name, props);
      const environment = environmentOf(name, props);
      this.#functions.set(name, new WiredFunction(this, name, { prefix, role, environment }));
    }
  }

  get(name: FunctionName): WiredFunction {
    const found = this.#functions.get(name);
    if (found === undefined) throw new Error(`Function "${name}" is not a part of this deployment.`);
    return found;
  }

  [Symbol.iterator](): Iterator<[FunctionName, WiredFunction]> {
    return this.#functions.entries();
  }

  /** Without updates: CDK adds permissions to a role wherever it thinks that they are needed. */
  #roleOf(name: FunctionName, props: WiredFunctionsProps): IRole {
    if (isSensitive(name)) {
      const roleName = roleNameOf(props.config.prefix, name);
      return Role.fromRoleName(this, `${name}-role`, roleName, { mutable: false });
    }
    return new FunctionRole(this, name, props).withoutPolicyUpdates();
  }
}
