import { RemovalPolicy } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { functionNameOf } from "../../shared/names.ts";
import { gatewayPath, type RouteWiring, routes, scopeOf } from "../../shared/wiring.ts";
import type { Config } from "../config.ts";
import type { SignIn } from "./sign-in.ts";
import type { WiredFunctions } from "./wired-functions.ts";

export interface ApiProps {
  readonly config: Pick<Config, "prefix" | "publicLog">;
  readonly functions: WiredFunctions;
  readonly signIn: SignIn;
}

/**
 * The API, one route for each of the wiring. The authorizer turns away what is no token of the issuer, or lacks the
 * route's scope, before a function runs; the function verifies the token itself all the same, as claims arrive here
 * flattened to text.
 */
export class Api extends Construct {
  /** Without a slash at its end. */
  readonly url: string;

  constructor(scope: Construct, id: string, { config, functions, signIn }: ApiProps) {
    super(scope, id);
    const { prefix } = config;
    const settings = { publicLog: config.publicLog === "on" };
    const api = new HttpApi(this, "api", {
      apiName: functionNameOf(prefix, "api"),
      description: "Runs, requirements and decisions",
      createDefaultStage: false,
    });
    const authorizer = new HttpJwtAuthorizer("token", signIn.issuer, { jwtAudience: [...signIn.clientIds] });
    const integrations = new Map<RouteWiring["function"], HttpLambdaIntegration>();
    for (const route of routes) {
      const integration = integrations.get(route.function) ?? integrate(functions, route.function);
      integrations.set(route.function, integration);
      api.addRoutes({
        path: gatewayPath(route.path),
        methods: [HttpMethod[route.method]],
        integration,
        ...authorize(scopeOf(route, settings), authorizer),
      });
    }
    this.#addStage(api, prefix);
    this.url = api.apiEndpoint;
  }

  #addStage(api: HttpApi, prefix: string): void {
    new HttpStage(this, "stage", {
      httpApi: api,
      stageName: "$default",
      autoDeploy: true,
      // For the whole API; what people do by hand is far below, and a loop that went wild is held here.
      throttle: { rateLimit: 100, burstLimit: 200 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          new LogGroup(this, "access-log", {
            logGroupName: `/aws/vendedlogs/apis/${functionNameOf(prefix, "api")}`,
            retention: RetentionDays.THREE_MONTHS,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        ),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
  }
}

/** No header, no query and no address of a person: the route's pattern stands in place of the path. */
const accessLogFields = {
  time: "$context.requestTimeEpoch",
  request: "$context.requestId",
  route: "$context.routeKey",
  status: "$context.status",
  milliseconds: "$context.responseLatency",
  functionMilliseconds: "$context.integrationLatency",
  bytes: "$context.responseLength",
  refusedBecause: "$context.authorizer.error",
};

function integrate(functions: WiredFunctions, name: RouteWiring["function"]): HttpLambdaIntegration {
  // One permission for all routes of this API: each of its own would fill the function's policy of 20 kB.
  return new HttpLambdaIntegration(name, functions.get(name), { scopePermissionToRoute: false });
}

function authorize(scope: RouteWiring["scope"], authorizer: IHttpRouteAuthorizer) {
  if (scope === "public") return { authorizer: new HttpNoneAuthorizer() };
  return { authorizer, authorizationScopes: [scope] };
}
