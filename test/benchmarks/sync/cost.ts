import { STAGES } from '../../../infra/stages.ts';
import { table } from '../document.ts';
import { runPrice } from '../ingest/cost.ts';
import { AWS_CALL_WAIT_MS, PRICES, PROVIDER_CALL_WAIT_MS } from '../ingest/prices.ts';
import type { InvocationReading } from './probe/readings.ts';

const { memoryMiB } = STAGES.prod;
type FunctionName = keyof typeof memoryMiB;

/** What the local cloud counts by itself. */
export interface Totals {
  readonly stateTransitions: number;
  /** By the event bus, for the projections: functions send by themselves. */
  readonly queueSends: number;
  readonly queueReceives: number;
  readonly queueDeletions: number;
}

/** One thing that happened in the local cloud, and all that it set in motion. */
export interface Event {
  readonly name: string;
  /** What is not a sync of its own does not say. */
  readonly accepted: number | undefined;
  readonly httpRequests: number;
  readonly totals: Totals;
  readonly invocations: readonly InvocationReading[];
}

/** What follows from changed data, with or without a provider; requests of the API are the caller's. */
const CONSEQUENCES: ReadonlySet<string> = new Set(['relay-outbox', 'project-rollups']);
const NOT_OF_A_SYNC: ReadonlySet<string> = new Set([
  'manage-connections',
  'manage-users',
  'manage-access',
  'describe-api',
  'read-health',
  'schedule-syncs',
]);

const nameOf = ({ functionName }: InvocationReading): string => functionName.replace('headwater-dev-', '');

interface Share {
  readonly invocations: readonly InvocationReading[];
  readonly units: (kind: 'writeUnits' | 'readUnits' | 'eventUnits') => number;
  readonly calls: (name: string) => number;
  readonly lambdaDollars: number;
  readonly gbSeconds: number;
}

function shareOf(invocations: readonly InvocationReading[]): Share {
  const sum = (value: (each: InvocationReading) => number) =>
    invocations.reduce((total, each) => total + value(each), 0);
  const lambdaDollars = sum(lambdaPrice);
  return {
    invocations,
    units: (kind) => sum(({ usage }) => usage[kind]),
    calls: (name) =>
      sum(({ usage }) =>
        Object.entries(usage.calls).reduce(
          (total, [operation, count]) => total + (operation.startsWith(name) ? count : 0),
          0,
        ),
      ),
    lambdaDollars,
    gbSeconds: (lambdaDollars - invocations.length * PRICES.lambdaRequest) / PRICES.lambdaGbSecond,
  };
}

function lambdaPrice(reading: InvocationReading): number {
  const { usage, cpuMs } = reading;
  const callCount = Object.values(usage.calls).reduce((sum, count) => sum + count, 0);
  const waitMs = callCount * AWS_CALL_WAIT_MS + usage.providerCalls * PROVIDER_CALL_WAIT_MS;
  return runPrice(memoryMiB[nameOf(reading) as FunctionName], cpuMs, waitMs);
}

interface Priced {
  readonly event: Event;
  readonly own: Share;
  readonly after: Share;
  readonly queueRequests: number;
  readonly dollars: Readonly<Record<string, number>>;
}

function priceEvent(event: Event): Priced {
  const counted = event.invocations.filter((each) => !NOT_OF_A_SYNC.has(nameOf(each)));
  const own = shareOf(counted.filter((each) => !CONSEQUENCES.has(nameOf(each))));
  const after = shareOf(counted.filter((each) => CONSEQUENCES.has(nameOf(each))));
  const { totals } = event;
  // A message is sent, received and deleted. The bus sends for nothing; the consent sends what begins a sync.
  const queueRequests =
    shareOf(event.invocations).calls('AmazonSQS.SendMessage') +
    totals.queueReceives +
    totals.queueDeletions -
    2 * totals.queueSends;
  return {
    event,
    own,
    after,
    queueRequests,
    dollars: {
      'Step Functions': totals.stateTransitions * PRICES.stateTransition,
      'HTTP API': event.httpRequests * PRICES.httpRequest,
      Lambda: own.lambdaDollars,
      DynamoDB: own.units('writeUnits') * PRICES.writeUnit + own.units('readUnits') * PRICES.readUnit,
      S3: own.calls('S3.PUT') * PRICES.objectPut + own.calls('S3.GET') * PRICES.objectGet,
      SQS: queueRequests * PRICES.queueRequest,
      'KMS and Secrets Manager':
        own.calls('TrentService') * PRICES.keyRequest + own.calls('secretsmanager') * PRICES.secretRequest,
      'relay, events and projections':
        after.lambdaDollars +
        after.units('writeUnits') * PRICES.writeUnit +
        after.units('readUnits') * PRICES.readUnit +
        after.units('eventUnits') * PRICES.event +
        2 * totals.queueSends * PRICES.queueRequest,
    },
  };
}

/** What each took of AWS, and what AWS's list asks for it. */
export function syncCostTables(events: readonly Event[]): string {
  const priced = events.map(priceEvent);
  const names = events.map(({ name }) => name);
  const row = (name: string, value: (each: Priced) => string | number): readonly string[] => [
    name,
    ...priced.map((each) => String(value(each))),
  ];
  const dollars = (value: number): string => `$${value.toFixed(7)}`;
  const total = (each: Priced): number => Object.values(each.dollars).reduce((sum, value) => sum + value, 0);
  const counts = table(
    ['counted', ...names],
    [
      row('records accepted', ({ event }) => event.accepted ?? ''),
      row('calls of the provider', ({ own }) =>
        own.invocations.reduce((sum, { usage }) => sum + usage.providerCalls, 0),
      ),
      row('state transitions', ({ event }) => event.totals.stateTransitions),
      row('Lambda invocations', ({ own }) => own.invocations.length),
      row('Lambda GB-seconds', ({ own }) => own.gbSeconds.toFixed(2)),
      row('SQS requests', ({ queueRequests }) => queueRequests),
      row('DynamoDB write units', ({ own }) => own.units('writeUnits')),
      row('DynamoDB read units', ({ own }) => own.units('readUnits')),
      row('S3 puts', ({ own }) => own.calls('S3.PUT')),
      row(
        'KMS and Secrets Manager requests',
        ({ own }) => own.calls('TrentService') + own.calls('secretsmanager'),
      ),
      row('after it: invocations of relay and projections', ({ after }) => after.invocations.length),
      row('after it: events', ({ after }) => after.units('eventUnits')),
      row('after it: write units', ({ after }) => after.units('writeUnits')),
    ],
  );
  const components = Object.keys(priced[0]?.dollars ?? {});
  const prices = table(
    ['AWS list price', ...names],
    [
      ...components.map((name) => row(name, (each) => dollars(each.dollars[name] ?? 0))),
      row('**total**', (each) => `**${dollars(total(each))}**`),
    ],
  );
  return `${counts}\n\n${prices}`;
}
