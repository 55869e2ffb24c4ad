import { join } from 'node:path';
import * as z from 'zod';
import { createIdentifier, type ServedUrls, unknownTypes } from './identities.ts';
import { createResolver, type Identity, type Place } from './resolver.ts';
import type { Assembly, Resource } from './template.ts';

const TableProperties = z.object({
  KeySchema: z.array(z.unknown()),
  AttributeDefinitions: z.array(z.unknown()),
  GlobalSecondaryIndexes: z.array(z.unknown()).optional(),
  LocalSecondaryIndexes: z.array(z.unknown()).optional(),
  StreamSpecification: z.object({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
});
const QueueProperties = z.object({
  VisibilityTimeout: z.coerce.number().default(30),
  DelaySeconds: z.coerce.number().default(0),
  MessageRetentionPeriod: z.coerce.number().default(345_600),
  ReceiveMessageWaitTimeSeconds: z.coerce.number().default(0),
  FifoQueue: z.literal(false).optional(),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() }).optional(),
});
const FunctionProperties = z.object({
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string(),
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
});
const MappingProperties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.boolean().default(true),
  BatchSize: z.coerce.number().default(10),
  BisectBatchOnFunctionError: z.boolean().default(false),
  MaximumRecordAgeInSeconds: z.coerce.number().default(-1),
  MaximumRetryAttempts: z.coerce.number().default(-1),
  ParallelizationFactor: z.coerce.number().default(1),
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']).optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })) }).optional(),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }) }).optional(),
  ScalingConfig: z.object({ MaximumConcurrency: z.coerce.number() }).optional(),
});
const RuleProperties = z
  .object({
    EventBusName: z.string().default('default'),
    EventPattern: z.record(z.string(), z.unknown()).optional(),
    ScheduleExpression: z.string().optional(),
    State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
    Targets: z.array(
      z.strictObject({
        Id: z.string(),
        Arn: z.string(),
        DeadLetterConfig: z.unknown().optional(),
        RetryPolicy: z.unknown().optional(),
      }),
    ),
  })
  .refine((rule) => (rule.EventPattern === undefined) !== (rule.ScheduleExpression === undefined), {
    error: 'either a pattern or a schedule',
  });
const StateMachineProperties = z.object({
  StateMachineType: z.literal('STANDARD').default('STANDARD'),
  DefinitionString: z.string(),
});
const SecretProperties = z.object({
  // Generated and rotated secrets would need a generator here.
  GenerateSecretString: z.never().optional(),
  SecretString: z.string().default(''),
});
const ApiProperties = z.object({
  ProtocolType: z.literal('HTTP'),
  CorsConfiguration: z
    .object({
      AllowOrigins: z.array(z.string()).default([]),
      AllowMethods: z.array(z.string()).default([]),
      AllowHeaders: z.array(z.string()).default([]),
      ExposeHeaders: z.array(z.string()).default([]),
      AllowCredentials: z.boolean().default(false),
      MaxAge: z.coerce.number().optional(),
    })
    .optional(),
});
const RouteProperties = z.object({ RouteKey: z.string(), Target: z.string() });
const IntegrationProperties = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
});

export type TableDeclaration = z.infer<typeof TableProperties> & {
  readonly name: string;
  readonly arn: string;
};
export type QueueDeclaration = z.infer<typeof QueueProperties> & {
  readonly name: string;
  readonly arn: string;
};
export type MappingDeclaration = z.infer<typeof MappingProperties> & { readonly id: string };
export type RuleDeclaration = z.infer<typeof RuleProperties> & { readonly name: string };
export type StateMachineDeclaration = z.infer<typeof StateMachineProperties> & {
  readonly name: string;
  readonly arn: string;
};
export type SecretDeclaration = z.infer<typeof SecretProperties> & {
  readonly name: string;
  readonly arn: string;
};
export type CorsDeclaration = NonNullable<z.infer<typeof ApiProperties>['CorsConfiguration']>;

export interface FunctionDeclaration {
  readonly name: string;
  readonly arn: string;
  /** The bundle's file, and the export that is called. */
  readonly entry: string;
  readonly exportName: string;
  readonly timeoutMs: number;
  readonly memoryMiB: number;
  readonly reservedConcurrency: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

export interface RouteDeclaration {
  /** `GET /v1/users/{userId}` or `$default`. */
  readonly routeKey: string;
  readonly functionName: string;
}

/** All that the template declares and a local part serves, with every name and ARN worked out. */
export interface Declared {
  readonly place: Place;
  readonly tables: readonly TableDeclaration[];
  readonly queues: readonly QueueDeclaration[];
  readonly buckets: readonly string[];
  readonly keyIds: readonly string[];
  readonly busNames: readonly string[];
  readonly rules: readonly RuleDeclaration[];
  readonly functions: readonly FunctionDeclaration[];
  readonly mappings: readonly MappingDeclaration[];
  readonly stateMachines: readonly StateMachineDeclaration[];
  readonly secrets: readonly SecretDeclaration[];
  readonly routes: readonly RouteDeclaration[];
  readonly cors: CorsDeclaration | undefined;
  readonly userPool: { readonly poolId: string; readonly clientId: string } | undefined;
}

/** Throws with the name of every resource type that nobody serves, before anything is started. */
export function readDeclared(assembly: Assembly, place: Place, urls: ServedUrls): Declared {
  const resources = [...assembly.stacks.values()].flatMap((stack) => [...stack.resources.values()]);
  const unknown = unknownTypes(resources);
  if (unknown.length > 0) {
    throw new Error(`the local cloud cannot serve these resources of the template: ${unknown.join(', ')}`);
  }
  const resolver = createResolver(assembly, place, createIdentifier(place, urls));
  const each: Each = (type, read) =>
    resources
      .filter((resource) => resource.type === type)
      .map((resource) => {
        try {
          return read(
            resolver.resolve(neededProperties(resource), resource.stack),
            resolver.identityOf(resource),
          );
        } catch (cause) {
          throw new Error(
            `${resource.stack}.${resource.logicalId} (${type}) cannot be served: ${String(cause)}`,
            { cause },
          );
        }
      });
  const named = <Read extends object>(type: string, schema: z.ZodType<Read>) =>
    each(type, (properties, identity) => ({
      ...schema.parse(properties),
      name: identity.attributes['Name'] ?? identity.ref,
      arn: arnOf(identity),
    }));
  const refs = (type: string): string[] => each(type, (_properties, { ref }) => ref);
  const [poolId] = refs('AWS::Cognito::UserPool');
  const [clientId] = refs('AWS::Cognito::UserPoolClient');
  return {
    place,
    tables: named('AWS::DynamoDB::Table', TableProperties),
    queues: named('AWS::SQS::Queue', QueueProperties),
    buckets: refs('AWS::S3::Bucket'),
    keyIds: refs('AWS::KMS::Key'),
    busNames: refs('AWS::Events::EventBus'),
    rules: named('AWS::Events::Rule', RuleProperties),
    functions: each('AWS::Lambda::Function', (properties, identity) =>
      toFunction(FunctionProperties.parse(properties), identity, assembly),
    ),
    mappings: each('AWS::Lambda::EventSourceMapping', (properties, identity) => ({
      ...MappingProperties.parse(properties),
      id: identity.ref,
    })),
    stateMachines: named('AWS::StepFunctions::StateMachine', StateMachineProperties),
    secrets: named('AWS::SecretsManager::Secret', SecretProperties),
    ...readApi(each),
    userPool: poolId === undefined || clientId === undefined ? undefined : { poolId, clientId },
  };
}

type Each = <Read>(type: string, read: (properties: unknown, identity: Identity) => Read) => Read[];

const arnOf = (identity: Identity): string => identity.attributes['Arn'] ?? identity.ref;

function readApi(each: Each): Pick<Declared, 'routes' | 'cors'> {
  const [api] = each('AWS::ApiGatewayV2::Api', (properties) => ApiProperties.parse(properties));
  const integrations = new Map(
    each('AWS::ApiGatewayV2::Integration', (properties, identity) => [
      `integrations/${identity.ref}`,
      lastPart(IntegrationProperties.parse(properties).IntegrationUri),
    ]),
  );
  const routes = each('AWS::ApiGatewayV2::Route', (properties) => {
    const { RouteKey, Target } = RouteProperties.parse(properties);
    const functionName = integrations.get(Target);
    if (functionName === undefined) throw new Error(`route ${RouteKey} has no integration`);
    return { routeKey: RouteKey, functionName };
  });
  return { routes, cors: api?.CorsConfiguration };
}

/** Left out before resolving: what no part reads, such as encryption keys, tags and log settings. */
const UNREAD = [
  'KmsKeyArn',
  'KMSMasterKeyId',
  'SSESpecification',
  'EncryptionConfiguration',
  'KmsKeyId',
  'LoggingConfig',
  'LoggingConfiguration',
  'Role',
  'RoleArn',
  'Tags',
  'VpcConfig',
];

const neededProperties = ({ properties }: Resource): Record<string, unknown> =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !UNREAD.includes(name)));

/** The name at the end of an ARN such as that of a function or a queue. */
export const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

function toFunction(
  properties: z.infer<typeof FunctionProperties>,
  identity: Identity,
  { assets }: Assembly,
): FunctionDeclaration {
  const directory = assets.get(properties.Code.S3Key);
  if (directory === undefined) throw new Error(`the assembly has no asset ${properties.Code.S3Key}`);
  const dot = properties.Handler.lastIndexOf('.');
  return {
    name: identity.ref,
    arn: arnOf(identity),
    entry: join(directory, `${properties.Handler.slice(0, dot)}.mjs`),
    exportName: properties.Handler.slice(dot + 1),
    timeoutMs: properties.Timeout * 1_000,
    memoryMiB: properties.MemorySize,
    reservedConcurrency: properties.ReservedConcurrentExecutions,
    environment: properties.Environment?.Variables ?? {},
  };
}
