import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import {
  AccountRecovery,
  FeaturePlan,
  ManagedLoginVersion,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  type UserPoolClient,
  type UserPoolResourceServer,
} from "aws-cdk-lib/aws-cognito";
import { Construct } from "constructs";
import { type Scope, scopes } from "../../shared/domain/principal.ts";
import type { Config } from "../config.ts";

/** Whose access tokens the API takes. */
export interface SignIn {
  /** As the tokens have it in `iss`. */
  readonly issuer: string;
  /** The web app's first. */
  readonly clientIds: readonly string[];
}

/** Scopes are written `countersign/read`: the resource server's identifier, then the scope's own name. */
const resourceServer = "countersign";

const purposes: Readonly<Record<Scope, string>> = {
  "countersign/read": "See runs and requirements",
  "countersign/run": "Start, cancel and withdraw",
  "countersign/decide": "Approve, reject and answer",
  "countersign/administer": "Keep pools and policies",
};

/** What a client that signs in as itself may ask for. That it cannot decide is a rule of its own besides. */
const machineScopes: readonly Scope[] = ["countersign/read", "countersign/run"];

/** What a token's group `admin` or `auditor` means is in shared/domain/visibility.ts. */
const groups = {
  admin: "Configuration, and all runs without their content, to cancel them",
  auditor: "Ledger and all requirements, read-only",
};

/**
 * A user pool of Cognito in the shape that shared/adapters/oidc expects: people whom an administrator made, groups for
 * roles and pools, and access tokens with the scopes of the API. The cheapest plan has all that is used.
 */
export class CognitoSignIn extends Construct implements SignIn {
  readonly issuer: string;
  readonly clientIds: readonly string[];

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id);
    const pool = createUserPool(this, config);
    const server = pool.addResourceServer("scopes", {
      identifier: resourceServer,
      scopes: scopes.map(
        (name) => new ResourceServerScope({ scopeName: localName(name), scopeDescription: purposes[name] }),
      ),
    });
    const clients = [addWebClient(pool, server, config)];
    if (config.machineClient === "on") clients.push(addMachineClient(pool, server));
    for (const [groupName, description] of Object.entries(groups)) {
      pool.addGroup(groupName, { groupName, description });
    }
    pool.addDomain("domain", {
      cognitoDomain: { domainPrefix: `${config.prefix}-${Stack.of(this).account}` },
      managedLoginVersion: ManagedLoginVersion.CLASSIC_HOSTED_UI,
    });
    const { region, urlSuffix } = Stack.of(this);
    this.issuer = `https://cognito-idp.${region}.${urlSuffix}/${pool.userPoolId}`;
    this.clientIds = clients.map(({ userPoolClientId }) => userPoolClientId);
  }
}

function createUserPool(scope: Construct, { prefix, retention }: Config): UserPool {
  return new UserPool(scope, "people", {
    userPoolName: prefix,
    featurePlan: FeaturePlan.LITE,
    selfSignUpEnabled: false,
    signInAliases: { username: true, email: true },
    signInCaseSensitive: false,
    standardAttributes: { email: { required: true, mutable: true } },
    autoVerify: { email: true },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    passwordPolicy: {
      minLength: 14,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      tempPasswordValidity: Duration.days(3),
    },
    mfa: Mfa.OPTIONAL,
    mfaSecondFactor: { otp: true, sms: false },
    deletionProtection: retention === "retain",
    removalPolicy: retention === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}

/** For people. It has no secret, as a browser can keep none: a code is redeemed with PKCE (RFC 7636). */
function addWebClient(
  pool: UserPool,
  server: UserPoolResourceServer,
  { signInCallbackUrls }: Config,
): UserPoolClient {
  return pool.addClient("web", {
    generateSecret: false,
    authFlows: {},
    oAuth: {
      flows: { authorizationCodeGrant: true },
      callbackUrls: [...signInCallbackUrls],
      scopes: [OAuthScope.OPENID, ...scopes.map((name) => scopeOf(server, name))],
    },
    preventUserExistenceErrors: true,
    accessTokenValidity: Duration.hours(1),
    idTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.hours(12),
  });
}

/** For a backend that starts runs as itself. AWS charges 6 USD a month for such a client. */
function addMachineClient(pool: UserPool, server: UserPoolResourceServer): UserPoolClient {
  return pool.addClient("machine", {
    generateSecret: true,
    authFlows: {},
    oAuth: {
      flows: { clientCredentials: true },
      scopes: machineScopes.map((name) => scopeOf(server, name)),
    },
    accessTokenValidity: Duration.hours(1),
  });
}

function scopeOf(server: UserPoolResourceServer, name: Scope): OAuthScope {
  return OAuthScope.resourceServer(
    server,
    new ResourceServerScope({ scopeName: localName(name), scopeDescription: purposes[name] }),
  );
}

function localName(scope: Scope): string {
  return scope.slice(resourceServer.length + 1);
}
