import { createHash } from 'node:crypto';
import type { Identity, Place, Resolver } from './resolver.ts';
import type { Resource } from './template.ts';

/**
 * Resource types that a local start may pass over: permissions, logs, alarms and the like change nothing in
 * what a function sees. A type that is neither here nor in `SERVED` stops the start (architecture.md 6).
 */
const IGNORED: ReadonlySet<string> = new Set([
  'AWS::ApiGatewayV2::ApiMapping',
  'AWS::ApiGatewayV2::DomainName',
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Cognito::UserPoolDomain',
  'AWS::Events::EventBusPolicy',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::QueryDefinition',
  'AWS::Logs::ResourcePolicy',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
]);

/** Addresses that resources answer with when they are referred to. */
export interface ServedUrls {
  readonly queues: string;
  readonly api: string;
}

type Identify = (name: string, context: { readonly place: Place; readonly urls: ServedUrls }) => Identity;

const arn = (service: string, { region, accountId }: Place, rest: string): string =>
  `arn:aws:${service}:${region}:${accountId}:${rest}`;

const plain =
  (service: string, prefix: string): Identify =>
  (name, { place }) => ({
    ref: name,
    attributes: { Arn: arn(service, place, `${prefix}${name}`), Name: name },
  });

/** What `Ref` answers with its ARN. */
const byArn =
  (service: string, prefix: string, suffix = ''): Identify =>
  (name, { place }) => {
    const own = arn(service, place, `${prefix}${name}${suffix}`);
    return { ref: own, attributes: { Arn: own, Id: own, Name: name } };
  };

/** A key id in the form of KMS's, the same at every start. */
const uuidOf = (name: string): string => {
  const hex = createHash('sha256').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
};

const SERVED: Readonly<Record<string, { readonly nameProperty?: string; readonly identify: Identify }>> = {
  'AWS::DynamoDB::Table': {
    nameProperty: 'TableName',
    identify: (name, { place }) => {
      const tableArn = arn('dynamodb', place, `table/${name}`);
      return { ref: name, attributes: { Arn: tableArn, StreamArn: `${tableArn}/stream/local` } };
    },
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    identify: (name, { place, urls }) => {
      const url = `${urls.queues}/${place.accountId}/${name}`;
      return {
        ref: url,
        attributes: { Arn: arn('sqs', place, name), Name: name, QueueName: name, QueueUrl: url },
      };
    },
  },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    identify: (name) => ({ ref: name, attributes: { Arn: `arn:aws:s3:::${name}` } }),
  },
  'AWS::KMS::Key': {
    identify: (name, { place }) => {
      const keyId = uuidOf(name);
      return { ref: keyId, attributes: { Arn: arn('kms', place, `key/${keyId}`), KeyId: keyId } };
    },
  },
  'AWS::KMS::Alias': { nameProperty: 'AliasName', identify: plain('kms', '') },
  'AWS::Events::EventBus': { nameProperty: 'Name', identify: plain('events', 'event-bus/') },
  'AWS::Events::Rule': { nameProperty: 'Name', identify: plain('events', 'rule/') },
  'AWS::Lambda::Function': { nameProperty: 'FunctionName', identify: plain('lambda', 'function:') },
  'AWS::Lambda::EventSourceMapping': { identify: plain('lambda', 'event-source-mapping:') },
  'AWS::Cognito::UserPool': {
    identify: (name, { place }) => {
      const poolId = `${place.region}_${createHash('sha256').update(name).digest('hex').slice(0, 9)}`;
      const host = `cognito-idp.${place.region}.amazonaws.com/${poolId}`;
      const attributes = { Arn: arn('cognito-idp', place, `userpool/${poolId}`), UserPoolId: poolId };
      return {
        ref: poolId,
        attributes: { ...attributes, ProviderName: host, ProviderURL: `https://${host}` },
      };
    },
  },
  'AWS::Cognito::UserPoolClient': {
    identify: (name) => {
      const clientId = createHash('sha256').update(name).digest('hex').slice(0, 26);
      return { ref: clientId, attributes: { ClientId: clientId } };
    },
  },
  'AWS::StepFunctions::StateMachine': {
    nameProperty: 'StateMachineName',
    identify: byArn('states', 'stateMachine:'),
  },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    // AWS adds six characters of its own.
    identify: byArn('secretsmanager', 'secret:', '-local0'),
  },
  'AWS::ApiGatewayV2::Api': {
    identify: (name, { place, urls }) => ({
      ref: name,
      attributes: { Arn: arn('apigateway', place, `/apis/${name}`), ApiId: name, ApiEndpoint: urls.api },
    }),
  },
  'AWS::ApiGatewayV2::Stage': { nameProperty: 'StageName', identify: plain('apigateway', '/stages/') },
  'AWS::ApiGatewayV2::Route': { identify: plain('apigateway', '/routes/') },
  'AWS::ApiGatewayV2::Integration': { identify: plain('apigateway', '/integrations/') },
};

/** Types that stop the start, with the resources that have them; empty when all is known. */
export function unknownTypes(resources: Iterable<Resource>): readonly string[] {
  return [...resources]
    .filter(({ type }) => SERVED[type] === undefined && !IGNORED.has(type))
    .map(({ type, stack, logicalId }) => `${type} (${stack}.${logicalId})`);
}

/** Names and ARNs as AWS would give them: the same at every start, written ones as they are written. */
export const createIdentifier =
  (place: Place, urls: ServedUrls) =>
  (resource: Resource, resolver: Resolver): Identity => {
    const served = SERVED[resource.type];
    const written = served?.nameProperty === undefined ? undefined : resource.properties[served.nameProperty];
    const name =
      written === undefined ? generatedName(resource) : String(resolver.resolve(written, resource.stack));
    return (served?.identify ?? plain('local', 'resource/'))(name, { place, urls });
  };

/** Within the 63 lower-case characters that a bucket may have, the strictest of them all. */
const generatedName = ({ stack, logicalId, type }: Resource): string => {
  const name = `${stack}-${logicalId}`;
  return type === 'AWS::S3::Bucket' ? name.toLowerCase().slice(-63) : name;
};
