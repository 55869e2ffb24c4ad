import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { FUNCTION_KINDS, type FunctionName, logicalName, physicalName, type StageName } from '../naming.ts';
import type { StageSettings } from '../stages.ts';
import { acceptFindings } from './accept-findings.ts';

/** What every construct of the app needs to know, handed down from app.ts. */
export interface Deployment {
  readonly stage: StageName;
  readonly settings: StageSettings;
  /** Holds functions/<kind>/<name>/index.mjs as esbuild.config.mjs leaves them. */
  readonly bundleDirectory: string;
}

/**
 * One string for each variable of the function's env.ts: a missing one does not compile. Those of AWS are
 * set by the Lambda runtime itself.
 */
export type EnvironmentOf<Schema extends { readonly shape: object }> = Readonly<
  Record<Exclude<keyof Schema['shape'] & string, `AWS_${string}`>, string>
>;

export interface ServiceFunctionProps<Schema extends { readonly shape: object }> {
  readonly deployment: Deployment;
  readonly name: FunctionName;
  readonly description: string;
  readonly timeoutSec: number;
  readonly environment: EnvironmentOf<Schema>;
  /** Encrypts the log group and the environment variables. */
  readonly key: IKey;
  /** Of a function that is invoked asynchronously: takes the event that failed twice. */
  readonly onFailure?: IQueue;
  /**
   * Most MiB of each half of the young generation, for what handles page after page: with V8's own choice (up
   * to 32) garbage stays resident for long, with little it is collected before the heap grows.
   */
  readonly maxSemiSpaceMiB?: number;
}

/** An event that waited longer is overtaken by the next. */
const ASYNC_EVENT_AGE_SEC = 60;
const ASYNC_RETRY_COUNT = 1;

/**
 * A function as all of ours are: the bundle, Node 24 on arm64, tracing, a log group of its own with the
 * customer's key and a retention, and a role that may do nothing but write there until it is granted more.
 */
export class ServiceFunction<Schema extends { readonly shape: object }> extends Construct {
  readonly function: LambdaFunction;
  readonly timeoutSec: number;
  readonly name: FunctionName;

  constructor(scope: Construct, props: ServiceFunctionProps<Schema>) {
    super(scope, logicalName(props.name));
    const { deployment, name, key } = props;
    const { settings, stage } = deployment;
    this.name = name;
    this.timeoutSec = props.timeoutSec;
    const functionName = physicalName(stage, name);
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${functionName}`,
      encryptionKey: key,
      retention: settings.logRetention,
      removalPolicy: settings.removalPolicy,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.function = new LambdaFunction(this, 'Function', {
      functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundleFolder(deployment, name)),
      handler: 'index.handler',
      role,
      memorySize: settings.memoryMiB[name],
      timeout: Duration.seconds(props.timeoutSec),
      environment: {
        ...props.environment,
        POWERTOOLS_SERVICE_NAME: name,
        ...nodeOptions(props.maxSemiSpaceMiB),
      },
      environmentEncryption: key,
      logGroup,
      tracing: Tracing.ACTIVE,
      ...(props.onFailure === undefined ? {} : asynchronously(props.onFailure)),
      ...(settings.reservedConcurrency === 'none'
        ? {}
        : { reservedConcurrentExecutions: settings.reservedConcurrency[name] }),
    });
    acceptFunctionFindings(this, settings);
    acceptNoDeadLetters(this, props.onFailure !== undefined);
    if (props.onFailure !== undefined) this.allowSendTo(props.onFailure);
  }

  /** Adds to the role what one statement says: actions on named resources, at times on a condition. */
  allow(
    actions: readonly string[],
    resources: readonly string[],
    conditions: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
  ): void {
    this.function.addToRolePolicy(
      new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }),
    );
  }

  private allowSendTo(queue: IQueue): void {
    this.allow(['sqs:SendMessage'], [queue.queueArn]);
    if (queue.encryptionMasterKey !== undefined) {
      this.allowKeyThrough('sqs', queue.encryptionMasterKey, ['kms:Decrypt', 'kms:GenerateDataKey']);
    }
  }

  /** `dynamodb` becomes `dynamodb.<region>.amazonaws.com`: the key is of use through that service alone. */
  allowKeyThrough(
    service: 'dynamodb' | 's3' | 'sqs' | 'secretsmanager',
    key: IKey,
    actions: readonly string[],
  ): void {
    const stack = Stack.of(this);
    this.allow(actions, [key.keyArn], {
      StringEquals: { 'kms:ViaService': `${service}.${stack.region}.${stack.urlSuffix}` },
    });
  }
}

function bundleFolder({ bundleDirectory }: Deployment, name: FunctionName): string {
  const folder = join(bundleDirectory, 'functions', FUNCTION_KINDS[name], name);
  if (!existsSync(join(folder, 'index.mjs'))) {
    throw new Error(`${folder} has no bundle: run "npm run build" first`);
  }
  return folder;
}

/** Lambda's Node runtime reads NODE_OPTIONS as Node itself does. */
const nodeOptions = (maxSemiSpaceMiB: number | undefined): Readonly<Record<string, string>> =>
  maxSemiSpaceMiB === undefined ? {} : { NODE_OPTIONS: `--max-semi-space-size=${maxSemiSpaceMiB}` };

/** CDK's own destination grants more of the key than Lambda needs. */
const asynchronously = ({ queueArn }: IQueue) => ({
  onFailure: { bind: () => ({ destination: queueArn }) },
  retryAttempts: ASYNC_RETRY_COUNT,
  maxEventAge: Duration.seconds(ASYNC_EVENT_AGE_SEC),
});

function acceptNoDeadLetters(construct: Construct, isAsynchronous: boolean): void {
  const reason = isAsynchronous
    ? 'What failed goes to the destination of its asynchronous invocations, with the error, which a DLQ would not hold.'
    : 'Nothing invokes it asynchronously: it answers a request or a workflow, or its source keeps and redrives what failed.';
  acceptFindings(construct, { 'HIPAA.Security-LambdaDLQ': reason, 'Serverless-LambdaDLQ': reason });
}

function acceptFunctionFindings(construct: Construct, settings: StageSettings): void {
  acceptFindings(construct, {
    'AwsSolutions-IAM5[Resource::*]':
      'X-Ray’s two actions have no resource to name, nor has dynamodb:ListStreams, which the relay’s poller calls.',
    'HIPAA.Security-IAMNoInlinePolicy':
      'One role has one function; its policy is written beside it and used by nothing else.',
    'HIPAA.Security-LambdaInsideVPC':
      'It talks to AWS over TLS with IAM and holds no network resource; a VPC would add a NAT and protect nothing.',
    ...(settings.reservedConcurrency === 'none'
      ? {
          'HIPAA.Security-LambdaConcurrency':
            'This stage is for accounts with the default quota of 10, from which nothing can be reserved.',
        }
      : {}),
  });
}
