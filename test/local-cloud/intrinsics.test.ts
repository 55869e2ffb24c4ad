import { expect, test } from 'vitest';
import { readDeclared } from '../../infra/local/assembly/declared.ts';
import { createIdentifier, unknownTypes } from '../../infra/local/assembly/identities.ts';
import { createResolver } from '../../infra/local/assembly/resolver.ts';
import { type Assembly, parseTemplate } from '../../infra/local/assembly/template.ts';

const PLACE = { region: 'us-east-1', accountId: '000000000000' };
const QUEUES = 'http://127.0.0.1:1';
const URLS = { queues: QUEUES, api: 'http://127.0.0.1:2' };

const assemblyOf = (templates: Readonly<Record<string, object>>): Assembly => ({
  stacks: new Map(Object.entries(templates).map(([name, json]) => [name, parseTemplate(name, json)])),
  assets: new Map([['code.zip', '/bundles/one']]),
});

const twoStacks = assemblyOf({
  data: {
    Resources: {
      Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::Sub': 'jobs-${AWS::Region}' } } },
    },
    Outputs: {
      JobsArn: { Value: { 'Fn::GetAtt': ['Jobs', 'Arn'] }, Export: { Name: 'data:JobsArn' } },
    },
  },
  app: { Resources: { Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'bus' } } } },
});
const resolver = createResolver(twoStacks, PLACE, createIdentifier(PLACE, URLS));
const arn = 'arn:aws:sqs:us-east-1:000000000000:jobs-us-east-1';

test.each([
  ['Ref of a queue is its address', { Ref: 'Jobs' }, 'data', `${QUEUES}/000000000000/jobs-us-east-1`],
  ['GetAtt as a list', { 'Fn::GetAtt': ['Jobs', 'Arn'] }, 'data', arn],
  ['GetAtt with a dot', { 'Fn::GetAtt': 'Jobs.QueueName' }, 'data', 'jobs-us-east-1'],
  ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::AccountId' }]] }, 'data', 'a-000000000000'],
  [
    'Sub with an attribute, a variable of its own and a literal',
    { 'Fn::Sub': ['${Jobs.Arn} ${Own} ${!Kept}', { Own: 'x' }] },
    'data',
    `${arn} x \${Kept}`,
  ],
  ['Select of a Split', { 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b:c'] }] }, 'data', 'b'],
  ['an export of another stack', { 'Fn::ImportValue': 'data:JobsArn' }, 'app', arn],
  [
    'an output of another stack',
    { 'Fn::GetStackOutput': { StackName: 'data', OutputName: 'JobsArn' } },
    'app',
    arn,
  ],
  [
    'NoValue leaves the property out',
    { a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] },
    'app',
    { b: [1] },
  ],
])('the assembly reader works out %s', (_name, value, stack, expected) => {
  expect(resolver.resolve(value, stack)).toEqual(expected);
});

test.each([
  ['a function nobody knows', { 'Fn::Transform': {} }, /Fn::Transform/],
  ['a resource nobody declares', { Ref: 'Nobody' }, /Nobody/],
  ['an attribute nobody knows', { 'Fn::GetAtt': ['Bus', 'Colour'] }, /Colour/],
  ['an export nobody makes', { 'Fn::ImportValue': 'none' }, /none/],
])('the assembly reader names %s', (_name, value, message) => {
  expect(() => resolver.resolve(value, 'app')).toThrow(message);
});

test('a resource type that no part serves stops the start with its name', () => {
  const assembly = assemblyOf({
    app: {
      Resources: { Search: { Type: 'AWS::OpenSearchService::Domain' }, Role: { Type: 'AWS::IAM::Role' } },
    },
  });
  const resources = [...(assembly.stacks.get('app')?.resources.values() ?? [])];
  expect(unknownTypes(resources)).toEqual(['AWS::OpenSearchService::Domain (app.Search)']);
  expect(() => readDeclared(assembly, PLACE, URLS)).toThrow(/AWS::OpenSearchService::Domain \(app\.Search\)/);
});

test('a function gets its bundle, limits and environment from the template', () => {
  const code = { S3Bucket: 'assets', S3Key: 'code.zip' };
  const properties = {
    Code: code,
    Handler: 'index.handler',
    FunctionName: 'f',
    Timeout: 25,
    MemorySize: 512,
    Environment: { Variables: { QUEUE: { 'Fn::Join': ['', ['q-', { Ref: 'AWS::Region' }]] } } },
  };
  const assembly = assemblyOf({
    app: { Resources: { F: { Type: 'AWS::Lambda::Function', Properties: properties } } },
  });
  expect(readDeclared(assembly, PLACE, URLS).functions).toEqual([
    {
      name: 'f',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      entry: '/bundles/one/index.mjs',
      exportName: 'handler',
      timeoutMs: 25_000,
      memoryMiB: 512,
      reservedConcurrency: undefined,
      environment: { QUEUE: 'q-us-east-1' },
    },
  ]);
});

test('a rule with a target input or a schedule is refused rather than half served', () => {
  const rule = (properties: object) =>
    assemblyOf({ app: { Resources: { R: { Type: 'AWS::Events::Rule', Properties: properties } } } });
  const target = { Id: 't', Arn: 'arn:aws:sqs:us-east-1:000000000000:q' };
  const pattern = { source: ['a'] };
  expect(readDeclared(rule({ EventPattern: pattern, Targets: [target] }), PLACE, URLS).rules).toHaveLength(1);
  for (const bad of [
    { EventPattern: pattern, Targets: [{ ...target, InputPath: '$.detail' }] },
    { ScheduleExpression: 'rate(1 hour)', EventPattern: pattern, Targets: [target] },
  ]) {
    expect(() => readDeclared(rule(bad), PLACE, URLS)).toThrow(/app\.R/);
  }
});

test('what the connections need has the names that a deployed stack gives', () => {
  const assembly = assemblyOf({
    app: {
      Resources: {
        Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
        Secret: {
          Type: 'AWS::SecretsManager::Secret',
          Properties: { Name: 'providers', SecretString: '{}', KmsKeyId: { Ref: 'Nowhere' } },
        },
        F: {
          Type: 'AWS::Lambda::Function',
          Properties: { FunctionName: 'fetch', Handler: 'index.handler', Code: { S3Key: 'code.zip' } },
        },
        Sync: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: {
            StateMachineName: 'sync',
            DefinitionString: {
              'Fn::Join': ['', ['{"Resource":"', { 'Fn::GetAtt': ['F', 'Arn'] }, '"}']],
            },
            RoleArn: { Ref: 'Nowhere' },
          },
        },
      },
    },
  });
  const own = createResolver(assembly, PLACE, createIdentifier(PLACE, URLS));
  const attribute = (...path: readonly [string, string]) => own.resolve({ 'Fn::GetAtt': path }, 'app');
  expect(attribute('Api', 'ApiEndpoint')).toBe(URLS.api);
  const secretArn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:providers-local0';
  expect(own.resolve({ Ref: 'Secret' }, 'app')).toBe(secretArn);
  const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:sync';
  expect(own.resolve({ Ref: 'Sync' }, 'app')).toBe(machineArn);
  const declared = readDeclared(assembly, PLACE, URLS);
  expect(declared.secrets).toEqual([{ name: 'providers', arn: secretArn, SecretString: '{}' }]);
  expect(declared.stateMachines).toEqual([
    {
      name: 'sync',
      arn: machineArn,
      StateMachineType: 'STANDARD',
      DefinitionString: '{"Resource":"arn:aws:lambda:us-east-1:000000000000:function:fetch"}',
    },
  ]);
});
