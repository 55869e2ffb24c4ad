import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { HttpFunction, Route } from '../../contracts/http/route.ts';
import { ROUTES } from '../../contracts/http/routes.ts';
import { acceptFindings } from '../constructs/accept-findings.ts';
import { addHttpFunctions, type HttpFunctions } from '../constructs/http-functions.ts';
import type { Deployment } from '../constructs/service-function.ts';
import { physicalName } from '../naming.ts';
import type { ConnectionsStack } from './connections-stack.ts';
import type { DataStack } from './data-stack.ts';
import type { FoundationStack } from './foundation-stack.ts';
import type { IdentityStack } from './identity-stack.ts';

export interface ApiStackProps extends StackProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
  readonly data: DataStack;
  readonly identity: IdentityStack;
  readonly bus: EventBus;
  readonly largeIngests: Queue;
  readonly workoutWrites: Queue;
  readonly rebuilds: Queue;
  readonly activityImports: Queue;
  readonly connections: ConnectionsStack;
}

const CORS_HEADERS = {
  allow: [
    'authorization',
    'content-type',
    'content-encoding',
    'traceparent',
    'x-correlation-id',
    'x-min-seq',
    'x-headwater-user',
    'x-headwater-sync-protocol',
    'x-headwater-lease',
    'idempotency-key',
    'if-match',
    'if-none-match',
  ],
  expose: [
    'retry-after',
    'ratelimit-limit',
    'ratelimit-remaining',
    'ratelimit-reset',
    'x-correlation-id',
    'x-request-id',
    'x-headwater-time',
    'x-headwater-sync-protocol',
    'etag',
    'location',
  ],
} as const;

/** Who called is in none of these: paths hold user ids, so the route's key is logged instead. */
const ACCESS_LOG_FORMAT = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    at: AccessLogField.contextRequestTimeEpoch(),
    route: '$context.routeKey',
    status: AccessLogField.contextStatus(),
    latencyMs: AccessLogField.contextResponseLatency(),
    integrationLatencyMs: AccessLogField.contextIntegrationLatency(),
    responseBytes: AccessLogField.contextResponseLength(),
    error: '$context.error.message',
    integrationError: AccessLogField.contextIntegrationErrorMessage(),
  }),
);

/** The HTTP API: one route per entry of the contract and no other; all else is answered by describe-api. */
export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    const api = this.addApi(props.deployment);
    const { publicUrl } = props.deployment.settings;
    const functions = addHttpFunctions(this, {
      ...props,
      publicUrl: publicUrl === 'the API' ? api.apiEndpoint : publicUrl,
    });
    this.addStage(props, api);
    this.addRoutes(api, functions);
    new CfnOutput(this, 'ApiUrl', { value: api.apiEndpoint, description: 'Where the API answers' });
  }

  private addApi({ stage, settings }: Deployment): HttpApi {
    return new HttpApi(this, 'HttpApi', {
      apiName: physicalName(stage, 'api'),
      description: 'Headwater',
      createDefaultStage: false,
      corsPreflight: {
        allowOrigins: [...settings.corsAllowOrigins],
        allowMethods: [
          CorsHttpMethod.GET,
          CorsHttpMethod.POST,
          CorsHttpMethod.PUT,
          CorsHttpMethod.PATCH,
          CorsHttpMethod.DELETE,
        ],
        allowHeaders: [...CORS_HEADERS.allow],
        exposeHeaders: [...CORS_HEADERS.expose],
        maxAge: Duration.hours(1),
      },
    });
  }

  private addStage({ deployment, foundation }: ApiStackProps, httpApi: HttpApi): void {
    const { stage, settings } = deployment;
    const logGroup = new LogGroup(this, 'AccessLogs', {
      logGroupName: `/aws/apigateway/${physicalName(stage, 'api')}`,
      encryptionKey: foundation.key,
      retention: settings.logRetention,
      removalPolicy: settings.removalPolicy,
    });
    new HttpStage(this, 'DefaultStage', {
      httpApi,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: {
        rateLimit: settings.throttle.requestsPerSecond,
        burstLimit: settings.throttle.burstCount,
      },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: ACCESS_LOG_FORMAT,
      },
    });
  }

  private addRoutes(httpApi: HttpApi, functions: HttpFunctions): void {
    const integrations = new Map<HttpFunction, HttpLambdaIntegration>();
    const integrationOf = (name: HttpFunction): HttpLambdaIntegration => {
      const made =
        integrations.get(name) ?? new HttpLambdaIntegration(`${name}-integration`, functions[name].function);
      integrations.set(name, made);
      return made;
    };
    const reasons = {
      'AwsSolutions-APIG4':
        'The function behind the route authenticates: a gateway authorizer could not answer with problem bodies and costs a second invocation (architecture.md 5).',
    };
    for (const { operation, path, method, function: name } of ROUTES satisfies readonly Route[]) {
      const route = new HttpRoute(this, `Route-${operation}`, {
        httpApi,
        routeKey: HttpRouteKey.with(path, HttpMethod[method]),
        integration: integrationOf(name),
      });
      acceptFindings(route, reasons);
    }
    const unknown = new HttpRoute(this, 'Route-default', {
      httpApi,
      routeKey: HttpRouteKey.DEFAULT,
      integration: integrationOf('describe-api'),
    });
    acceptFindings(unknown, { 'AwsSolutions-APIG4': 'It answers 404 to everything.' });
  }
}
