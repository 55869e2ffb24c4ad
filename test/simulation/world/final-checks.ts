import { EVENT_CATALOG } from '../../../contracts/events/catalog.ts';
import { eventIdOf } from '../../../lib/outbox/event-id.ts';
import { datesOf } from '../oracle/daily-model.ts';
import type { ModelEntry } from '../oracle/merge-model.ts';
import { patiently } from './api-client.ts';
import { FIRST_DATE, LAST_DATE, METRIC_KINDS, METRIC_NAMES, type MetricName } from './device.ts';
import type { Environment } from './environment.ts';
import type { ObservedUser } from './observer.ts';
import { POISON_KEY } from './poison.ts';
import { readChangesPage, readRollups } from './reader.ts';
import { TABLES } from './seed-world.ts';
import type { World } from './world.ts';

const MAX_PAGES = 200;

/** What must hold once everything has come to rest. */
export async function checkAtRest(environment: Environment, played: World): Promise<void> {
  const world = { ...played, api: patiently(environment, played.api) };
  checkQueues(environment, world);
  checkKeys(environment, world);
  for (const user of world.observer.users) {
    checkRequests(environment, user);
    checkEvents(environment, world, user);
    await checkSamples(environment, world, user);
    await checkChanges(environment, world, user);
    await checkRollups(environment, world, user);
  }
}

function checkQueues(environment: Environment, { stream, projections, rebuilds, largeIngests }: World): void {
  for (const { dynamodb } of stream.givenUp) {
    if (dynamodb.Keys['pk']?.S === POISON_KEY.pk) environment.counters.poisonKept += 1;
    else environment.violation('OBX5', `gave up on ${JSON.stringify(dynamodb.Keys)}`);
  }
  for (const queue of [projections, rebuilds, largeIngests]) {
    if (!queue.isEmpty || queue.deadLetters.length > 0) {
      environment.violation('PRJ4', `${queue.deadLetters.length} dead letters, empty: ${queue.isEmpty}`);
    }
  }
}

/** Every key begins with a workspace of the history, but for the look-up of API keys (P5). */
function checkKeys(environment: Environment, { dynamo, observer }: World): void {
  const known = new Set(observer.users.map(({ workspaceId }) => `W#${workspaceId}`));
  for (const table of Object.values(TABLES)) {
    for (const item of dynamo.table(table).all()) {
      const pk = item['pk']?.S ?? '';
      if (pk.startsWith('KEYHASH#') || pk === POISON_KEY.pk) continue;
      if (!known.has(pk.split('#').slice(0, 2).join('#'))) environment.violation('P5', `key ${pk}`);
    }
  }
}

function checkRequests(environment: Environment, user: ObservedUser): void {
  for (const requestId of user.sent.keys()) {
    if (!user.expected.has(requestId)) environment.violation('P1', `${requestId} was never committed`);
  }
}

/** Every transaction has its events with the one id that they must have, naming all that changed (OBX1-3). */
function checkEvents(environment: Environment, { bus }: World, user: ObservedUser): void {
  const scope = { workspaceId: user.workspaceId, userId: user.userId };
  const named = new Map<number, Set<string>>();
  for (const { detailType, detail } of bus.taken) {
    const type = detailType as keyof typeof EVENT_CATALOG;
    const event = EVENT_CATALOG[type].parse(JSON.parse(detail));
    if (event.userId !== user.userId) continue;
    const part = 'part' in event ? event.part : { index: 0, count: 1 };
    if (event.id !== eventIdOf(scope, { seq: event.seq, type, part })) {
      environment.violation('OBX2', `event of ${event.seq} has the id ${event.id}`);
    }
    const keys = named.get(event.seq) ?? new Set();
    named.set(event.seq, keys);
    if (!('changes' in event)) continue;
    for (const change of event.changes) {
      if (!('metric' in change)) continue;
      for (const date of change.dates) keys.add(`${change.metric}/${date}`);
    }
  }
  for (const { seq, changes } of user.model.commits) {
    const keys = named.get(seq);
    if (keys === undefined) environment.violation('OBX1', `no event for ${seq}`);
    for (const { before, after } of changes) {
      const isPhantom = before === undefined && after.isDeleted;
      for (const entry of isPhantom ? [] : [before, after]) {
        for (const key of keysOf(entry)) {
          if (keys !== undefined && !keys.has(key))
            environment.violation('OBX3', `${seq} does not name ${key}`);
        }
      }
    }
  }
}

const keysOf = (entry: ModelEntry | undefined): readonly string[] =>
  entry === undefined || entry.isDeleted
    ? []
    : datesOf(METRIC_KINDS[entry.metric as MetricName], entry).map((date) => `${entry.metric}/${date}`);

/** Every sample once, read through the API page by page (P1). */
async function checkSamples(environment: Environment, { api }: World, user: ObservedUser): Promise<void> {
  for (const metric of METRIC_NAMES) {
    const told: string[] = [];
    let cursor: string | null | undefined;
    for (let page = 0; page < MAX_PAGES && cursor !== null; page += 1) {
      const answer = await api({
        operation: 'listSamples',
        user,
        query: {
          metric,
          from: `${FIRST_DATE}T00:00:00Z`,
          to: `${LAST_DATE}T23:59:00Z`,
          limit: String(20 + environment.prng.below(500)),
          ...(cursor === undefined ? {} : { cursor }),
        },
      });
      if (answer?.status !== 200) {
        environment.violation('API', `listSamples answered ${answer?.status} ${answer?.body}`);
        return;
      }
      const body = JSON.parse(answer.body) as { samples: ToldSample[]; nextCursor: string | null };
      told.push(...body.samples.map(describeTold));
      cursor = body.nextCursor;
    }
    const wanted = user.model
      .entries()
      .filter((entry) => entry.metric === metric && !entry.isDeleted)
      .map(describeEntry);
    const [left, right] = [told.sort().join('\n'), wanted.sort().join('\n')];
    if (left !== right) environment.violation('P1', `${metric} holds\n${left}\nand should hold\n${right}`);
  }
}

interface ToldSample {
  readonly start: string;
  readonly end: string;
  readonly value: number;
  readonly zoneOffsetMinutes: number;
  readonly revision?: number;
}

const describeTold = (sample: ToldSample): string =>
  [
    Date.parse(sample.start),
    Date.parse(sample.end),
    sample.value,
    sample.zoneOffsetMinutes,
    sample.revision,
  ].join(' ');

const describeEntry = (entry: ModelEntry): string =>
  [entry.startMs, entry.endMs, entry.value, entry.offsetMinutes, entry.revision].join(' ');

async function checkChanges(environment: Environment, { api }: World, user: ObservedUser): Promise<void> {
  let since = 0;
  for (let page = 0; page < MAX_PAGES && since < user.model.seq; page += 1) {
    since = await readChangesPage(environment, api, user, since);
  }
  if (since !== user.model.seq) environment.violation('OBX7', `feed ends at ${since}, not ${user.model.seq}`);
}

/** Every row is READY, or there are no data at all, and equal to a recomputation (P2). */
async function checkRollups(environment: Environment, { api }: World, user: ObservedUser): Promise<void> {
  for (const metric of METRIC_NAMES) {
    const rows = await readRollups(environment, api, user, metric);
    if (rows === undefined) environment.violation('API', 'no rollups at rest');
    for (const { status, date } of rows ?? []) {
      if (status === 'STALE') environment.violation('P2', `${metric} of ${date} is ${status} at rest`);
    }
  }
}
