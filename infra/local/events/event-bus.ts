import { randomUUID } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { lastPart, type RuleDeclaration } from '../assembly/declared.ts';
import type { Place } from '../assembly/resolver.ts';
import type { Faults } from '../faults/faults.ts';
import type { FlowLog } from '../flow/flow-log.ts';
import { ServiceFault } from '../services/service-fault.ts';
import { compilePattern, type Matches } from './event-pattern.ts';

/** Entries of one call, and size of each (EventBridge quotas). */
const MAX_ENTRY_COUNT = 10;
const MAX_ENTRY_BYTES = 262_144;

const DescribeEventBus = z.object({ Name: z.string().default('default') });
const PutEvents = z.object({
  Entries: z
    .array(
      z.object({
        Source: z.string().optional(),
        DetailType: z.string().optional(),
        Detail: z.string().optional(),
        EventBusName: z.string().optional(),
        Resources: z.array(z.string()).optional(),
        Time: z.number().optional(),
      }),
    )
    .min(1)
    .max(MAX_ENTRY_COUNT),
});
type Entry = z.infer<typeof PutEvents>['Entries'][number];
type EntryResult =
  | { readonly EventId: string }
  | { readonly ErrorCode: string; readonly ErrorMessage: string };

interface Route {
  readonly busName: string;
  readonly matches: Matches;
  readonly queueNames: readonly string[];
}

export interface EventBusSettings {
  readonly place: Place;
  readonly busNames: readonly string[];
  readonly rules: readonly RuleDeclaration[];
  readonly queueUrlOf: (name: string) => string;
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly faults: Faults;
  readonly flow: FlowLog;
}

/**
 * PutEvents. An entry is acknowledged only when every queue that a rule names has it, so the bus itself
 * holds nothing that a kill could lose; an entry that failed is reported as such, and others are not touched.
 */
export function createEventBus(settings: EventBusSettings): (input: unknown) => Promise<object> {
  const routes = settings.rules.flatMap(toRoutes);
  return async (input) => {
    const parsed = PutEvents.safeParse(input);
    if (!parsed.success) throw new ServiceFault('ValidationException', parsed.error.message);
    const entries: EntryResult[] = await Promise.all(
      parsed.data.Entries.map((entry) => putEntry(entry, routes, settings)),
    );
    return { FailedEntryCount: entries.filter((entry) => 'ErrorCode' in entry).length, Entries: entries };
  };
}

/** DescribeEventBus: name and ARN of a bus that there is. */
export function createBusDescription({
  place,
  busNames,
}: Pick<EventBusSettings, 'place' | 'busNames'>): (input: unknown) => object {
  return (input) => {
    const parsed = DescribeEventBus.safeParse(input);
    if (!parsed.success) throw new ServiceFault('ValidationException', parsed.error.message);
    const Name = toBusName(parsed.data.Name);
    if (!busNames.includes(Name))
      throw new ServiceFault('ResourceNotFoundException', `Event bus ${Name} does not exist.`);
    return { Name, Arn: `arn:aws:events:${place.region}:${place.accountId}:event-bus/${Name}` };
  };
}

/** Callers name a bus by its name or its ARN. */
const toBusName = (nameOrArn: string): string => lastPart(nameOrArn).replace(/^event-bus\//, '');

/** Rules without a pattern are schedules, which are none of the bus's. */
function toRoutes(rule: RuleDeclaration): readonly Route[] {
  if (rule.State !== 'ENABLED' || rule.EventPattern === undefined) return [];
  const queueNames = rule.Targets.map(({ Arn }) => {
    if (!Arn.startsWith('arn:aws:sqs:')) throw new Error(`rule ${rule.name}: target ${Arn} is no queue`);
    return lastPart(Arn);
  });
  return [{ busName: rule.EventBusName, matches: compilePattern(rule.EventPattern), queueNames }];
}

async function putEntry(
  entry: Entry,
  routes: readonly Route[],
  settings: EventBusSettings,
): Promise<EntryResult> {
  const { place, busNames, faults, flow } = settings;
  const busName = toBusName(entry.EventBusName ?? 'default');
  if (!busNames.includes(busName)) return refuse('ResourceNotFoundException', `no event bus ${busName}`);
  const event = toEvent(entry, place);
  if (event === undefined) return refuse('MalformedDetail', 'Detail is malformed.');
  const text = JSON.stringify(event);
  if (Buffer.byteLength(text) > MAX_ENTRY_BYTES)
    return refuse('ValidationException', 'the entry is too large');
  const fault = faults.bus();
  if (fault.failure === 'before') return refuse('InternalFailure', 'fault switch: not sent');
  const queueNames = routes
    .filter((route) => route.busName === busName && route.matches(event))
    .flatMap((route) => route.queueNames);
  try {
    const sends = queueNames.flatMap((name) => Array.from({ length: fault.copies }, () => name));
    await Promise.all(sends.map((name) => sendTo(name, text, fault.delaySec, settings)));
  } catch (error) {
    return refuse('InternalFailure', String(error));
  }
  if (fault.failure === 'after') return refuse('InternalFailure', 'fault switch: sent, answer lost');
  flow.count('publishedEvents', 1);
  flow.add('bus', event['detail-type'], { eventId: event.id, queues: queueNames.join(' ') });
  return { EventId: event.id };
}

async function sendTo(name: string, text: string, delaySec: number, settings: EventBusSettings) {
  const { sqs, queueUrlOf, flow } = settings;
  await sqs.send(
    new SendMessageCommand({ QueueUrl: queueUrlOf(name), MessageBody: text, DelaySeconds: delaySec }),
  );
  flow.count('queueSends', 1);
}

const refuse = (ErrorCode: string, ErrorMessage: string): EntryResult => ({ ErrorCode, ErrorMessage });

/** The envelope that targets get; undefined when the entry is not whole or its detail is no JSON object. */
function toEvent(entry: Entry, { region, accountId }: Place) {
  if (entry.Source === undefined || entry.DetailType === undefined || entry.Detail === undefined)
    return undefined;
  let detail: unknown;
  try {
    detail = JSON.parse(entry.Detail);
  } catch {
    return undefined;
  }
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return undefined;
  const atMs = entry.Time === undefined ? Date.now() : entry.Time * 1_000;
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': entry.DetailType,
    source: entry.Source,
    account: accountId,
    time: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
    region,
    resources: entry.Resources ?? [],
    detail,
  };
}
