import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EVENT_CATALOG } from '../../contracts/events/catalog.ts';
import { EVENT_SOURCE } from '../../contracts/events/envelope.ts';
import { ROUTES } from '../../contracts/http/routes.ts';
import { LEDGER_DAYS } from '../../contracts/limits.ts';
import { QUEUE_NAMES as OPERATED_QUEUES } from '../../functions/command/operate/arguments.ts';
import { CHANGE_ENTRY_PREFIX, SYNC_ENTRY_PREFIX } from '../../infra/constructs/outbox-relay.ts';
import { FUNCTION_KINDS, QUEUE_NAMES, STAGE_NAMES } from '../../infra/naming.ts';
import {
  DUE_INDEX,
  INBOUND_PREFIX,
  PAYLOAD_PREFIX,
  RAW_PREFIX,
  TRACK_PREFIX,
  UPLOAD_PREFIX,
} from '../../infra/stacks/data-stack.ts';
import { STAGES } from '../../infra/stages.ts';
import {
  CHANGE_PREFIX,
  ENTITY_LOG_PREFIX,
  DUE_INDEX as QUERIED_INDEX,
} from '../../lib/adapters/dynamo/core-keys.ts';
import { payloadObjectName } from '../../lib/adapters/s3/payload-store.ts';
import { createPushBodies } from '../../lib/adapters/s3/push-bodies.ts';
import { rawObjectName } from '../../lib/adapters/s3/raw-store.ts';
import { trackObjectName } from '../../lib/adapters/s3/track-store.ts';
import { uploadObjectName } from '../../lib/adapters/s3/upload-store.ts';
import { RAW_KEPT_DAYS } from '../../lib/connections/syncs/raw-store.ts';
import { METRICS } from '../../lib/observability/metrics.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import { type Resource, synthesise } from './synthesise.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SIX = 6;
const SOURCES = globSync('{lib,functions}/**/*.ts', { cwd: ROOT })
  .filter((path) => !path.includes('.test.'))
  .map((path) => readFileSync(join(ROOT, path), 'utf8'));
/** Events that no part of this template listens to: they are for webhooks and read models. */
const NOT_CONSUMED = ['connection.changed.v1', 'backfill.completed.v1', 'workout.decided.v1'];

describe.each(STAGE_NAMES)('stage %s', (stage) => {
  const { ofType, templates } = synthesise(stage);
  const settings = STAGES[stage];
  const named = (type: string, property: string) =>
    new Map<string, Resource>(ofType(type).map(([, resource]) => [resource.Properties[property], resource]));
  const tables = named('AWS::DynamoDB::Table', 'TableName');
  const functions = named('AWS::Lambda::Function', 'FunctionName');
  const queues = named('AWS::SQS::Queue', 'QueueName');
  const isDeadLetter = (name: string) => name.endsWith('-dead-letters');
  /** `{"Fn::GetAtt": [id, ...]}` or `{"Ref": id}` to the logical id. */
  const idOf = (value: unknown): string => {
    const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
    return Ref ?? attribute?.[0] ?? expect.fail(`no reference: ${JSON.stringify(value)}`);
  };

  test('P5 everything that can be encrypted is so with a key of the customer', () => {
    const keyOf: Record<string, (properties: Resource['Properties']) => unknown> = {
      'AWS::DynamoDB::Table': (p) => p.SSESpecification?.KMSMasterKeyId,
      'AWS::SQS::Queue': (p) => p.KmsMasterKeyId,
      'AWS::SNS::Topic': (p) => p.KmsMasterKeyId,
      'AWS::Events::EventBus': (p) => p.KmsKeyIdentifier,
      'AWS::Logs::LogGroup': (p) => p.KmsKeyId,
      'AWS::Lambda::Function': (p) => p.KmsKeyArn,
      'AWS::S3::Bucket': (p) =>
        p.BucketEncryption?.ServerSideEncryptionConfiguration?.[0]?.ServerSideEncryptionByDefault
          ?.KMSMasterKeyID,
    };
    for (const [type, read] of Object.entries(keyOf)) {
      const found = ofType(type);
      expect(found.length, type).toBeGreaterThan(0);
      // S3 delivers access logs only to a bucket under its own keys.
      const bare = found.filter(
        ([id, { Properties }]) => !id.includes('/AccessLogs') && read(Properties) === undefined,
      );
      expect(
        bare.map(([id]) => id),
        type,
      ).toEqual([]);
    }
    for (const [id, { Properties }] of ofType('AWS::KMS::Key')) {
      expect(Properties.EnableKeyRotation, id).toBe(true);
    }
  });

  test('what fetches pages has a small young generation, and every other function Node’s own', () => {
    const given = [...functions].flatMap(([name, { Properties }]) => {
      const { NODE_OPTIONS } = Properties.Environment.Variables;
      return NODE_OPTIONS === undefined ? [] : [[name, NODE_OPTIONS]];
    });
    expect(given.sort()).toEqual([
      [`headwater-${stage}-fetch-pages`, '--max-semi-space-size=4'],
      [`headwater-${stage}-sync-connection`, '--max-semi-space-size=4'],
    ]);
  });

  test('the tables are the three of the design, on demand, protected and restorable for seven days', () => {
    expect([...tables.keys()].sort()).toEqual(
      ['core', 'samples', 'vault'].map((name) => `headwater-${stage}-${name}`),
    );
    for (const [name, { Properties, DeletionPolicy }] of tables) {
      expect(Properties.BillingMode, name).toBe('PAY_PER_REQUEST');
      expect(Properties.PointInTimeRecoverySpecification, name).toEqual({
        PointInTimeRecoveryEnabled: true,
        RecoveryPeriodInDays: 7,
      });
      expect(Properties.DeletionProtectionEnabled ?? false, name).toBe(settings.deletionProtection);
      expect(DeletionPolicy, name).toBe(stage === 'prod' ? 'Retain' : 'Delete');
      expect(Properties.KeySchema).toEqual([
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ]);
    }
  });

  test('only core has a stream, with both images, and only core expires items', () => {
    const streams = [...tables].map(([name, { Properties }]) => [
      name,
      Properties.StreamSpecification?.StreamViewType,
      Properties.TimeToLiveSpecification,
    ]);
    expect(streams).toEqual([
      [`headwater-${stage}-samples`, undefined, undefined],
      [`headwater-${stage}-core`, 'NEW_AND_OLD_IMAGES', { AttributeName: 'ttl', Enabled: true }],
      [`headwater-${stage}-vault`, undefined, undefined],
    ]);
  });

  test('only core has an index: what is due, by shard and time, with keys and nothing else', () => {
    const indexes = [...tables].flatMap(([name, { Properties }]) =>
      (Properties.GlobalSecondaryIndexes ?? []).map((index: object) => [name, index]),
    );
    expect(indexes).toEqual([
      [
        `headwater-${stage}-core`,
        {
          IndexName: QUERIED_INDEX,
          KeySchema: [
            { AttributeName: 'gsi1pk', KeyType: 'HASH' },
            { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    ]);
    expect(DUE_INDEX).toBe(QUERIED_INDEX);
  });

  test('polls are looked for every minute and old sync logs every hour; what fails twice is kept and told', () => {
    const rules = ofType('AWS::Events::Rule')
      .map(([, { Properties }]) => Properties)
      .filter(({ ScheduleExpression }) => ScheduleExpression !== undefined);
    expect(rules.map(({ Name, ScheduleExpression }) => [Name, ScheduleExpression]).sort()).toEqual([
      [`headwater-${stage}-compact-logs`, 'rate(1 hour)'],
      [`headwater-${stage}-schedule-syncs`, 'rate(1 minute)'],
    ]);
    for (const rule of rules) {
      expect(rule).toMatchObject({
        State: 'ENABLED',
        Targets: [{ DeadLetterConfig: { Arn: expect.anything() }, RetryPolicy: { MaximumRetryAttempts: 1 } }],
      });
    }
    const settings = ofType('AWS::Lambda::EventInvokeConfig');
    expect(settings.length).toBe(2);
    for (const [, { Properties }] of settings) {
      expect(Properties).toMatchObject({
        MaximumRetryAttempts: 1,
        MaximumEventAgeInSeconds: 60,
        DestinationConfig: { OnFailure: { Destination: expect.anything() } },
      });
    }
  });

  test('the applications at the providers lie in one secret, empty until an operator fills it', () => {
    const secrets = ofType('AWS::SecretsManager::Secret').map(([, { Properties }]) => Properties);
    expect(secrets).toMatchObject([
      { Name: `headwater-${stage}-providers`, SecretString: '{}', KmsKeyId: expect.anything() },
    ]);
  });

  test('every queue has a dead-letter queue, which keeps messages longer than the queue does', () => {
    const consumed = [...queues].filter(([name]) => !isDeadLetter(name));
    expect(consumed.length).toBe(QUEUE_NAMES.length);
    for (const [name, { Properties }] of consumed) {
      expect(Properties.RedrivePolicy.maxReceiveCount, name).toBe(5);
      const deadLetters = queues.get(`${name}-dead-letters`);
      expect(deadLetters?.Properties.MessageRetentionPeriod).toBe(14 * 24 * 3600);
      expect(Properties.MessageRetentionPeriod).toBeLessThan(14 * 24 * 3600);
    }
  });

  test('a message is invisible for at least six times the time its function may take', () => {
    const byId = new Map([...ofType('AWS::SQS::Queue'), ...ofType('AWS::Lambda::Function')]);
    const mappings = ofType('AWS::Lambda::EventSourceMapping').filter(([id]) =>
      /-(consumers|connections)\//.test(id),
    );
    const seen = mappings.map(([id, { Properties }]) => {
      const stackName = id.split('/')[0];
      const queue = byId.get(`${stackName}/${idOf(Properties.EventSourceArn)}`)?.Properties;
      const consumer = byId.get(`${stackName}/${idOf(Properties.FunctionName)}`)?.Properties;
      expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(consumer.Timeout * SIX);
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
      return [
        queue.QueueName,
        consumer.Timeout,
        Properties.BatchSize,
        Properties.ScalingConfig?.MaximumConcurrency,
      ];
    });
    expect(seen.sort()).toEqual([
      [`headwater-${stage}-activity-imports`, 300, 1, 3],
      [`headwater-${stage}-erasures`, 900, 1, 2],
      [`headwater-${stage}-impact-projections`, 120, 100, 5],
      [`headwater-${stage}-inbound-pushes`, 60, 10, 20],
      [`headwater-${stage}-large-ingests`, 300, 1, 3],
      [`headwater-${stage}-night-projections`, 60, 10, 10],
      [`headwater-${stage}-projections`, 60, 10, 20],
      [`headwater-${stage}-provider-syncs`, 120, 1, 20],
      [`headwater-${stage}-rebuilds`, 60, 1, 4],
      [`headwater-${stage}-workout-writes`, 300, 1, 3],
    ]);
  });

  test('OBX5 the stream mapping bisects, gives up after bounded tries and age, and keeps what it gave up', () => {
    const [mapping, ...others] = ofType('AWS::Lambda::EventSourceMapping').filter(([id]) =>
      id.includes('-events/'),
    );
    expect(others).toEqual([]);
    expect(mapping?.[1].Properties).toMatchObject({
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 24 * 3600,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      StartingPosition: 'TRIM_HORIZON',
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [expect.anything(), 'Arn'] } } },
    });
    const filters: readonly { Pattern: string }[] = mapping?.[1].Properties.FilterCriteria.Filters ?? [];
    expect(filters.map(({ Pattern }) => JSON.parse(Pattern))).toEqual(
      ['CHANGE#', 'ENTITYLOG#'].map((prefix) => ({
        eventName: ['INSERT'],
        dynamodb: { Keys: { sk: { S: [{ prefix }] } } },
      })),
    );
    expect([CHANGE_ENTRY_PREFIX, SYNC_ENTRY_PREFIX]).toEqual([CHANGE_PREFIX, ENTITY_LOG_PREFIX]);
  });

  test('every route of the contract exists and no other', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties.RouteKey);
    expect(routes.sort()).toEqual(
      ['$default', ...ROUTES.map(({ method, path }) => `${method} ${path}`)].sort(),
    );
  });

  test('every route reaches the function that the contract names, and $default answers 404', () => {
    const api = templates.get(`headwater-${stage}-api`)?.['Resources'] as Record<string, Resource>;
    const reached = Object.values(api)
      .filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route')
      .map(({ Properties }) => {
        const integration = api[Properties.Target['Fn::Join'][1][1].Ref]?.Properties;
        const target = api[idOf(integration.IntegrationUri)]?.Properties.FunctionName;
        return [Properties.RouteKey, target];
      });
    const expected: [string, string][] = ROUTES.map((route) => [
      `${route.method} ${route.path}`,
      `headwater-${stage}-${route.function}`,
    ]);
    expect(reached.sort()).toEqual([...expected, ['$default', `headwater-${stage}-describe-api`]].sort());
  });

  test('the stage of the API is throttled, logs what it did, and admits the origins of its list alone', () => {
    const [[, gateway] = expect.fail('no stage')] = ofType('AWS::ApiGatewayV2::Stage');
    expect(gateway.Properties.DefaultRouteSettings).toMatchObject({
      ThrottlingRateLimit: settings.throttle.requestsPerSecond,
      ThrottlingBurstLimit: settings.throttle.burstCount,
    });
    expect(Object.keys(JSON.parse(gateway.Properties.AccessLogSettings.Format))).toContain('route');
    const [[, api] = expect.fail('no API')] = ofType('AWS::ApiGatewayV2::Api');
    expect(api.Properties.CorsConfiguration.AllowOrigins).toEqual(settings.corsAllowOrigins);
    expect(settings.corsAllowOrigins).not.toContain('*');
  });

  test('every event type that we consume is routed to a queue, from our source alone', () => {
    const rules = ofType('AWS::Events::Rule')
      .map(([, { Properties }]) => Properties)
      .filter(({ EventPattern }) => EventPattern !== undefined);
    const routed = rules.flatMap(({ EventPattern }) => EventPattern['detail-type']);
    // The others are for whoever listens to the bus.
    expect(Object.keys(EVENT_CATALOG).filter((type) => !routed.includes(type))).toEqual(NOT_CONSUMED);
    expect(routed.filter((type) => !(type in EVENT_CATALOG))).toEqual([]);
    for (const { EventPattern, Targets } of rules) {
      expect(EventPattern.source).toEqual([EVENT_SOURCE]);
      for (const target of Targets) expect(target.DeadLetterConfig?.Arn).toBeDefined();
    }
  });

  test('every alarm says what users feel, names a runbook that exists, and tells someone', () => {
    const alarms = ofType('AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThanOrEqual(10);
    for (const [id, { Properties }] of alarms) {
      const [, impact, page] =
        /^Impact: (.{30,}\.) Runbook: (docs\/runbooks\/[a-z-]+\.md)$/.exec(Properties.AlarmDescription) ?? [];
      expect(impact, id).toBeDefined();
      expect(existsSync(join(ROOT, page ?? 'missing')), `${id} ${page}`).toBe(true);
      expect(Properties.AlarmActions.length, id).toBe(1);
    }
    for (const name of [...queues.keys()].filter(isDeadLetter)) {
      expect(alarms.map(([, { Properties }]) => Properties.AlarmName)).toContain(name);
    }
  });

  test('the dashboard and the alarms name only what exists', () => {
    const names = JSON.stringify([...ofType('AWS::CloudWatch::Dashboard')]);
    const physical = new Set(names.match(new RegExp(`headwater-${stage}-[a-z-]+`, 'g')) ?? []);
    const known = new Set([...tables.keys(), ...functions.keys(), ...queues.keys()]);
    known.add(`headwater-${stage}-provider-sync`);
    known.add(`headwater-${stage}-operations`).add(`headwater-${stage}-observability`);
    expect([...physical].filter((name) => !known.has(name))).toEqual([]);
    const own = [...names.matchAll(/\\"Headwater\\",\\"([A-Za-z]+)\\"/g)].map(([, name = '']) => name);
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter((name) => !(name in METRICS))).toEqual([]);
    const alarmed = ofType('AWS::CloudWatch::Alarm')
      .flatMap(([, { Properties }]) => [
        { Namespace: Properties.Namespace, MetricName: Properties.MetricName },
        ...(Properties.Metrics ?? []).map((each: Resource['Properties']) => each.MetricStat?.Metric),
      ])
      .filter((metric) => metric?.Namespace === 'Headwater')
      .map((metric) => metric.MetricName);
    expect(alarmed).toContain('ProviderSyncsFailed');
    const silent = alarmed.filter(
      (name) => !SOURCES.some((source) => source.includes(`meter.add('${name}'`)),
    );
    // Chosen by the outcome in one expression (lib/connections/syncs/finish-sync.ts).
    expect(silent.sort()).toEqual(['ProviderSyncsFailed', 'ProviderSyncsSucceeded']);
    expect(alarmed.filter((name) => !(name in METRICS))).toEqual([]);
  });

  test('functions run on Node 24 and arm64 with tracing, and their logs do not stay for ever', () => {
    expect(functions.size).toBe(Object.keys(FUNCTION_KINDS).length);
    for (const [name, { Properties }] of functions) {
      expect(Properties, name).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        Handler: 'index.handler',
      });
    }
    for (const [id, { Properties }] of ofType('AWS::Logs::LogGroup')) {
      expect(Properties.RetentionInDays, id).toBe(settings.logRetention);
    }
  });

  test('payloads are forgotten with their ledger, and unsealed uploads with the recovery window', async () => {
    const scope = { workspaceId: 'ws', userId: 'usr' } as UserScope;
    expect(payloadObjectName(scope, 'x').startsWith(PAYLOAD_PREFIX)).toBe(true);
    expect(uploadObjectName(scope, 'x').startsWith(UPLOAD_PREFIX)).toBe(true);
    expect(rawObjectName(scope, 'x').startsWith(RAW_PREFIX)).toBe(true);
    expect(trackObjectName(scope, 'x').startsWith(TRACK_PREFIX)).toBe(true);
    const bodies = createPushBodies({ send: async () => ({}) } as never, 'bucket');
    expect((await bodies.put(new Uint8Array())).startsWith(INBOUND_PREFIX)).toBe(true);
    const rules = ofType('AWS::S3::Bucket')
      .filter(([id]) => id.includes('/Payloads'))
      .flatMap(([, { Properties }]) => Properties.LifecycleConfiguration.Rules)
      .filter(({ ExpirationInDays }) => ExpirationInDays !== undefined)
      .map(({ Prefix, ExpirationInDays }) => [Prefix, ExpirationInDays]);
    expect(rules).toEqual([
      ['payloads/', LEDGER_DAYS],
      ['uploads/', 7],
      ['raw/', RAW_KEPT_DAYS],
      ['inbound/', 4],
    ]);
  });

  test('buckets are closed to the public, take TLS only, and forget', () => {
    for (const [id, { Properties }] of ofType('AWS::S3::Bucket')) {
      expect(Object.values(Properties.PublicAccessBlockConfiguration), id).toEqual([true, true, true, true]);
      expect(Properties.LifecycleConfiguration.Rules[0].ExpirationInDays, id).toBeGreaterThan(0);
    }
    const denied = ofType('AWS::S3::BucketPolicy').map(([, { Properties }]) => Properties.PolicyDocument);
    expect(denied.length).toBe(ofType('AWS::S3::Bucket').length);
    for (const { Statement } of denied) {
      expect(Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    }
  });
});

test('the operators’ command knows the queues of the template', () => {
  expect(OPERATED_QUEUES).toEqual(QUEUE_NAMES);
});

test('hosted pages, Google and the address of alarms come from the settings of the stage', () => {
  const { ofType } = synthesise('prod', {
    ...STAGES.prod,
    alarmEmail: 'operators@example.com',
    signIn: {
      threatProtection: 'enforced',
      hostedPages: {
        domainPrefix: 'example',
        callbackUrls: ['https://app.example.com/in'],
        logoutUrls: ['https://app.example.com/'],
        google: { clientId: 'client', secretName: 'google-secret' },
      },
    },
  });
  const one = (type: string) => ofType(type).map(([, { Properties }]) => Properties);
  expect(one('AWS::SNS::Subscription')).toMatchObject([{ Endpoint: 'operators@example.com' }]);
  expect(one('AWS::Cognito::UserPoolDomain')).toMatchObject([{ Domain: 'example' }]);
  const [provider] = one('AWS::Cognito::UserPoolIdentityProvider');
  expect(JSON.stringify(provider.ProviderDetails.client_secret)).toContain('{{resolve:secretsmanager:');
  expect(one('AWS::Cognito::UserPoolClient')).toMatchObject([
    { AllowedOAuthFlows: ['code'], SupportedIdentityProviders: ['COGNITO', 'Google'] },
  ]);
});

test('consents return to the API, or to the domain of the stage that leads to it', () => {
  const urlOf = (publicUrl: (typeof STAGES)['prod']['publicUrl']) =>
    synthesise('prod', { ...STAGES.prod, publicUrl })
      .ofType('AWS::Lambda::Function')
      .map(([, { Properties }]) => Properties.Environment.Variables.PUBLIC_URL)
      .filter((url) => url !== undefined);
  expect(urlOf('the API')).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^HttpApi/), 'ApiEndpoint'] }]);
  expect(urlOf('https://health.example.com')).toEqual(['https://health.example.com']);
});

test('alarms may be published to the topic, whose policy refuses what comes without TLS', () => {
  const [[, policy] = expect.fail('no policy')] = synthesise('prod').ofType('AWS::SNS::TopicPolicy');
  const statements = policy.Properties.PolicyDocument.Statement;
  expect(statements).toContainEqual(
    expect.objectContaining({
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: 'sns:Publish',
    }),
  );
  expect(statements).toContainEqual(expect.objectContaining({ Effect: 'Deny' }));
});

test('prod keeps what it holds, and dev can be thrown away', () => {
  expect(STAGES.prod.deletionProtection).toBe(true);
  expect(STAGES.prod.signIn.threatProtection).toBe('enforced');
  expect(STAGES.dev.deletionProtection).toBe(false);
});
