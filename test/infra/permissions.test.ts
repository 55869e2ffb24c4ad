import { describe, expect, test } from 'vitest';
import { STAGE_NAMES } from '../../infra/naming.ts';
import { synthesise } from './synthesise.ts';

interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: unknown;
}

/** AWS offers no resource for these; service-function.ts has the reason beside the role. */
const WITHOUT_RESOURCE = [
  'dynamodb:ListStreams',
  ...['CreateLogDelivery', 'DeleteLogDelivery', 'DescribeLogGroups', 'DescribeResourcePolicies'].map(
    (action) => `logs:${action}`,
  ),
  ...['GetLogDelivery', 'ListLogDeliveries', 'PutResourcePolicy', 'UpdateLogDelivery'].map(
    (action) => `logs:${action}`,
  ),
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** What the statement names, as text: `core`, `samples`, `vault`, `Key`, `WorkspaceKey` and so on are in it. */
const toStatement = (raw: Record<string, unknown>): Statement => ({
  actions: listOf(raw['Action']).map(String),
  resources: listOf(raw['Resource']).map((resource) =>
    typeof resource === 'string' ? resource : JSON.stringify(resource),
  ),
  condition: raw['Condition'],
});

describe.each(STAGE_NAMES)('stage %s', (stage) => {
  const { ofType } = synthesise(stage);
  const roles = ofType('AWS::IAM::Policy');
  const statementsOf = (construct: string): readonly Statement[] =>
    roles
      .filter(([id]) => id.includes(construct))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement.map(toStatement));
  /** Table, key or bucket to the actions allowed on it. */
  const allowedOn = (construct: string, resource: RegExp): readonly string[] =>
    statementsOf(construct)
      .filter(({ resources }) => resources.some((name) => resource.test(name)))
      .flatMap(({ actions }) => actions)
      .sort();

  test('no function is granted every resource, save for actions that have none', () => {
    const wide = roles
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement.map(toStatement))
      .filter(({ resources }: Statement) => resources.includes('*'))
      .flatMap(({ actions }: Statement) => actions);
    expect([...new Set(wide)].sort()).toEqual(WITHOUT_RESOURCE);
  });

  test('no action is a wildcard, nothing may scan, and no managed policy is attached', () => {
    const actions = roles.flatMap(([, { Properties }]) =>
      Properties.PolicyDocument.Statement.flatMap(
        (statement: Record<string, unknown>) => toStatement(statement).actions,
      ),
    );
    expect(actions.length).toBeGreaterThan(50);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    expect(actions).not.toContain('dynamodb:Scan');
    for (const [id, { Properties }] of ofType('AWS::IAM::Role')) {
      expect(Properties.ManagedPolicyArns, id).toBeUndefined();
    }
  });

  test('P5 only functions that open health data may unwrap workspace keys, and none may wrap one', () => {
    const users = roles
      .filter(([id]) => allowedOn(id, /WorkspaceKey/).includes('kms:Decrypt'))
      .map(([id]) => id.replace(/.*\/|Role.*/g, ''));
    expect(users.sort()).toEqual([
      'ActivityImportsActivityImportsConsumerImportActivity',
      'FetchPages',
      'FinishSync',
      'ImpactProjectionImpactProjectionsConsumerProjectImpact',
      'InboundPushesConsumerApplyPush',
      'IngestSamples',
      'LargeIngestsConsumerIngestLarge',
      'ManageAccess',
      'ManageConnections',
      'ManageEntities',
      'ManageRebuilds',
      'ManageUsers',
      'ManageWorkouts',
      'NightProjectionNightProjectionsConsumerProjectNights',
      'PrepareSync',
      'ProjectionsConsumerProjectRollups',
      'ProviderSyncsConsumerSyncConnection',
      'ReadHealth',
      'ReadImpact',
      'ReadModelRebuildsRebuildsConsumerRebuildReadModels',
      'SyncDevices',
      'WorkoutWritesWorkoutWritesConsumerWriteWorkouts',
    ]);
    for (const [id] of roles) {
      expect(
        allowedOn(id, /WorkspaceKey/).filter((action) => action !== 'kms:Decrypt'),
        id,
      ).toEqual(id.includes('DescribeApi') ? ['kms:DescribeKey'] : []);
    }
  });

  test('P6 health asks each part for its state alone: it opens no key, object or message', () => {
    const own = statementsOf('DescribeApi')
      .flatMap(({ actions }) => actions)
      .filter((action) => !/^(dynamodb|logs|xray):/.test(action));
    expect(own.filter((action) => !action.startsWith('kms:')).sort()).toEqual([
      'events:DescribeEventBus',
      's3:ListBucket',
      'sqs:GetQueueAttributes',
    ]);
    expect(allowedOn('DescribeApi', /EventBus|Bus/)).toEqual(['events:DescribeEventBus']);
    expect(allowedOn('DescribeApi', /Payloads/)).toEqual(['s3:ListBucket']);
    expect(allowedOn('DescribeApi', /LargeIngests/)).toEqual(['sqs:GetQueueAttributes']);
  });

  test('USR6 the eraser deletes objects, sends to its own queue, and can read or write no object', () => {
    const own = statementsOf('EraseUser').flatMap(({ actions }) => actions);
    expect([...new Set(own.filter((action) => action.startsWith('s3:')))].sort()).toEqual([
      's3:DeleteObject',
      's3:ListBucket',
    ]);
    expect(own.filter((action) => action === 'sqs:SendMessage')).toEqual(['sqs:SendMessage']);
    expect(allowedOn('EraseUser', /Erasures.*Queue/)).toContain('sqs:SendMessage');
  });

  test('each function touches only the tables it works on, and only in the ways it does', () => {
    const dynamo = (construct: string, table: RegExp) =>
      allowedOn(construct, table)
        .filter((action) => action.startsWith('dynamodb:'))
        .map((action) => action.slice('dynamodb:'.length));
    const PRINCIPAL = ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'];
    const CONNECTIONS = [...PRINCIPAL, 'ConditionCheckItem', 'DeleteItem', 'Query'];
    const SYNC = {
      Core: CONNECTIONS,
      Samples: ['BatchGetItem', 'PutItem', 'Query'],
      Vault: ['GetItem', 'UpdateItem'],
    };
    const table = /(Core|Samples|Vault)Table/;
    const expected: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
      DescribeApi: { Core: ['GetItem'], Samples: ['DescribeTable'], Vault: ['DescribeTable'] },
      ManageAccess: {
        Core: [...PRINCIPAL, 'ConditionCheckItem', 'DeleteItem', 'Query'],
        Vault: ['GetItem', 'PutItem'],
      },
      ManageUsers: {
        Core: CONNECTIONS,
        Vault: ['DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'],
      },
      IngestSamples: {
        Core: [...PRINCIPAL, 'ConditionCheckItem'],
        Samples: ['BatchGetItem', 'PutItem', 'Query'],
        Vault: ['GetItem', 'PutItem'],
      },
      ManageRebuilds: { Core: [...PRINCIPAL, 'Query'], Vault: ['GetItem', 'PutItem'] },
      ReadImpact: {
        Core: [...PRINCIPAL, 'Query'],
        Samples: ['BatchGetItem', 'Query'],
        Vault: ['GetItem', 'PutItem'],
      },
      ManageWorkouts: { Core: CONNECTIONS, Samples: ['Query'], Vault: ['GetItem', 'PutItem'] },
      ImportActivity: {
        Core: CONNECTIONS,
        Samples: ['BatchGetItem', 'PutItem', 'Query'],
        Vault: ['GetItem'],
      },
      WriteWorkouts: {
        Core: [...PRINCIPAL, 'ConditionCheckItem', 'DeleteItem'],
        Vault: ['GetItem'],
      },
      ProjectNights: { Core: ['GetItem', 'PutItem', 'Query'], Samples: ['Query'], Vault: ['GetItem'] },
      ProjectImpact: {
        Core: ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'],
        Samples: ['BatchGetItem', 'Query'],
        Vault: ['GetItem'],
      },
      // It has the rights of all projectors, and those of its own jobs.
      RebuildReadModels: { Core: CONNECTIONS, Samples: ['BatchGetItem', 'Query'], Vault: ['GetItem'] },
      ReadHealth: {
        Core: [...PRINCIPAL, 'Query'],
        Samples: ['BatchGetItem', 'Query'],
        Vault: ['GetItem', 'PutItem'],
      },
      SyncDevices: {
        Core: [...PRINCIPAL, 'ConditionCheckItem', 'Query'],
        Samples: ['BatchGetItem', 'PutItem', 'Query'],
        Vault: ['GetItem', 'PutItem'],
      },
      ManageEntities: {
        Core: [...PRINCIPAL, 'ConditionCheckItem', 'Query'],
        Samples: ['BatchGetItem', 'PutItem', 'Query'],
        Vault: ['GetItem', 'PutItem'],
      },
      // The last Query is on the index of what is due.
      CompactLogs: {
        Core: ['DeleteItem', 'GetItem', 'Query', 'Query', 'UpdateItem'],
        Samples: ['DeleteItem'],
      },
      RelayOutbox: { Core: ['DescribeStream', 'GetRecords', 'GetShardIterator'] },
      IngestLarge: {
        Core: [...PRINCIPAL, 'ConditionCheckItem'],
        Samples: ['BatchGetItem', 'PutItem', 'Query'],
        Vault: ['GetItem'],
      },
      ProjectRollups: { Core: ['GetItem', 'PutItem', 'Query'], Samples: ['Query'], Vault: ['GetItem'] },
      ManageConnections: {
        Core: [...PRINCIPAL, 'ConditionCheckItem', 'DeleteItem', 'Query'],
        Samples: ['BatchGetItem', 'Query'],
        Vault: ['GetItem', 'PutItem', 'UpdateItem'],
      },
      ApplyPush: { Core: CONNECTIONS, Vault: ['GetItem'] },
      SyncConnection: SYNC,
      PrepareSync: SYNC,
      FetchPages: SYNC,
      FinishSync: SYNC,
      // On the index of what is due alone.
      ScheduleSyncs: { Core: ['Query'] },
      EraseUser: {
        Core: ['DeleteItem', 'GetItem', 'Query', 'UpdateItem'],
        Samples: ['DeleteItem', 'Query'],
        Vault: ['DeleteItem'],
      },
    };
    const seen = Object.keys(expected).map((construct) => {
      const byTable = ['Core', 'Samples', 'Vault']
        .map((name) => [name, dynamo(construct, new RegExp(`${name}Table`))] as const)
        .filter(([, actions]) => actions.length > 0);
      return [construct, Object.fromEntries(byTable)];
    });
    const sorted = Object.entries(expected).map(([construct, tables]) => [
      construct,
      Object.fromEntries(Object.entries(tables).map(([name, actions]) => [name, [...actions].sort()])),
    ]);
    expect(seen).toEqual(sorted);
    expect(roles.filter(([id]) => allowedOn(id, table).length > 0).length).toBe(seen.length);
  });

  test('the provider applications’ secret opens to who talks to providers, and to nobody else', () => {
    const readers = roles
      .filter(([id]) => allowedOn(id, /ProviderSecret/).includes('secretsmanager:GetSecretValue'))
      .map(([id]) => id.replace(/.*\/|Role.*/g, ''));
    expect(readers.sort()).toEqual([
      'FetchPages',
      'FinishSync',
      'InboundPushesConsumerApplyPush',
      'ManageConnections',
      'ManageUsers',
      'PrepareSync',
      'ProviderSyncsConsumerSyncConnection',
      'ReceivePush',
    ]);
    expect(
      statementsOf('ScheduleSyncs')
        .flatMap(({ resources }) => resources)
        .join(),
    ).toContain('/index/due');
    for (const [id] of roles) {
      const own = statementsOf(id).flatMap(({ actions }) => actions);
      expect(
        own.filter((action) => action.startsWith('secretsmanager:') && !action.endsWith(':GetSecretValue')),
        id,
      ).toEqual([]);
    }
  });

  test('a push is verified by a function that opens no user’s data, and queued where it is applied', () => {
    const own = statementsOf('ReceivePush').flatMap(({ actions }) => actions);
    expect(own).not.toContain('s3:GetObject');
    expect(allowedOn('ReceivePush', /CoreTable|Samples|Vault|WorkspaceKey/)).toEqual([]);
    expect(allowedOn('ReceivePush', /Payloads.*inbound/)).toEqual(['s3:PutObject']);
    expect(allowedOn('ReceivePush', /ProviderSyncs/)).toEqual([]);
    expect(allowedOn('ReceivePush', /InboundPushes/)).toContain('sqs:SendMessage');
  });

  test('only the consumer of sync messages starts executions, and those invoke three functions', () => {
    const starters = roles
      .filter(([id]) => statementsOf(id).some(({ actions }) => actions.includes('states:StartExecution')))
      .map(([id]) => id.replace(/.*\/|Role.*/g, ''));
    expect(starters).toEqual(['ProviderSyncsConsumerSyncConnection']);
    const invoked = roles
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement.map(toStatement))
      .filter(({ actions }: Statement) => actions.includes('lambda:InvokeFunction'));
    expect(invoked).toHaveLength(1);
    const names = invoked[0]?.resources.map(
      (name: string) => /(PrepareSync|FetchPages|FinishSync)Function/.exec(name)?.[1],
    );
    expect(names?.sort()).toEqual(['FetchPages', 'FinishSync', 'PrepareSync']);
  });

  test('the storage key is of use to functions only through the service that holds the data', () => {
    for (const [id] of roles) {
      // The pollers of SQS and DynamoDB streams decrypt as the role itself; the CDK grants them Decrypt.
      const bare = statementsOf(id.split('/')[1] ?? '').filter(
        ({ resources, condition }) =>
          condition === undefined && resources.some((name) => /FnGetAttKey|"Key/.test(name)),
      );
      for (const { actions } of bare) {
        expect(['kms:Decrypt', 'kms:DescribeKey'], id).toEqual(expect.arrayContaining([...actions]));
      }
    }
  });
});
