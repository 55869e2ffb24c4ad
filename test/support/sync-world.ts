import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { createAnnouncements } from '../../lib/adapters/dynamo/announcements.ts';
import { createConnectionStore } from '../../lib/adapters/dynamo/connection-store.ts';
import { createGateStore } from '../../lib/adapters/dynamo/gate-store.ts';
import { createQuarantineStore } from '../../lib/adapters/dynamo/quarantine-store.ts';
import { createRecordStore } from '../../lib/adapters/dynamo/record-store.ts';
import { createRunStore } from '../../lib/adapters/dynamo/run-store.ts';
import { createSyncStore } from '../../lib/adapters/dynamo/sync-store.ts';
import { createDataWriter } from '../../lib/adapters/in-process/data-writer.ts';
import type { Connection, InboxEntry, Sync, SyncTrigger } from '../../lib/connections/model.ts';
import { requestBackfill, requestReplay, requestSync } from '../../lib/connections/syncs/request-sync.ts';
import { type QueuedDependencies, runQueued } from '../../lib/connections/syncs/run-queued.ts';
import {
  finishRun,
  prepareSync,
  runSlice,
  type WorkflowRun,
} from '../../lib/connections/syncs/run-workflow.ts';
import type { SyncDependencies } from '../../lib/connections/syncs/sync-session.ts';
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../lib/core/instants.ts';
import type { Meter } from '../../lib/observability/metrics.ts';
import type { ProviderDefinition } from '../../lib/providers/definition.ts';
import { decodeSamples, encodeSamples } from '../../lib/samples/block-codec.ts';
import {
  createStores,
  manualClock,
  openSimulatedStorage,
  type Storage,
  seededRandomness,
} from '../contract-suites/store-fixtures.ts';
import { connectionOf } from './connection-builders.ts';
import { memoryPayloads } from './memory-payloads.ts';
import { memoryRaw } from './memory-raw.ts';
import { directoryOf } from './push-world.ts';
import type { ScriptedCloud } from './scripted-cloud.ts';

export const VISIBILITY_MS = 12 * MINUTE_MS;

interface Wake {
  readonly atMs: number;
  readonly correlationId: string;
}
interface Execution {
  readonly name: string;
  readonly run: WorkflowRun;
  state: 'prepare' | 'fetch' | 'finish' | 'fail' | 'ended';
  atMs: number;
  retryCount: number;
  errorName: string;
}

export type SyncWorld = Awaited<ReturnType<typeof openSyncWorld>>;

/**
 * One connection with everything that syncs it: the shipped stores and the shipped writer on the simulated
 * database, a scripted cloud, a queue and a state machine that do what theirs do, on a clock that stands still.
 * `through` may put itself between the engine and its ports.
 */
export async function openSyncWorld(
  definition: ProviderDefinition,
  cloud: ScriptedCloud,
  through: (deps: SyncDependencies) => SyncDependencies = (deps) => deps,
  openStorage: () => Promise<Storage> = openSimulatedStorage,
) {
  const storage = await openStorage();
  const clock = manualClock();
  const stores = createStores(storage, clock);
  const scope = await stores.createUser();
  const randomness = seededRandomness(23);
  const coreTable = storage.tables.core;
  const stored = { dynamo: storage.dynamo, coreTable, dataKeys: stores.vault, clock, randomness };
  const connections = createConnectionStore(stored);
  const connection = connectionOf({ provider: definition.name, account: { providerUserId: 'person' } });
  await connections.save(scope, connection, undefined);
  const { connectionId } = connection;
  const heads = stores.headStore;
  const raw = memoryRaw();
  const quarantine = createQuarantineStore(storage.dynamo, coreTable);
  const announced: { readonly dataType: string; readonly status: string }[] = [];
  const announcements = createAnnouncements(stored);
  const metrics = new Map<string, number>();
  const meter: Meter = {
    add: (name, value) => void metrics.set(name, (metrics.get(name) ?? 0) + value),
    flush: () => undefined,
  };
  const writer = createDataWriter({
    // No provider tells of ways: files do.
    tracks: { removeAll: async () => {} },
    samples: {
      store: stores.samples,
      reader: stores.blocks,
      payloads: memoryPayloads(),
      clock,
      randomness,
      meter,
    },
    records: { store: createRecordStore(stored), heads, clock, randomness },
    heads,
    erase: {
      store: stores.samples,
      reader: stores.blocks,
      heads,
      clock,
      randomness,
      emptyPayload: encodeSamples([]),
    },
    decode: decodeSamples,
  });
  const wakes: Wake[] = [];
  const executions: Execution[] = [];
  const lines: string[] = [];
  const transitions = { count: 0 };
  const messages = { count: 0 };
  const plain: SyncDependencies = {
    connections,
    heads,
    runs: createRunStore(stored),
    syncs: createSyncStore(stored),
    slots: createGateStore(storage.dynamo, coreTable),
    raw,
    quarantine,
    announcements: {
      announceBackfill: async (at, end) => {
        const outcome = await announcements.announceBackfill(at, end);
        if (outcome === 'announced') announced.push({ dataType: end.dataType, status: end.status });
        return outcome;
      },
    },
    providers: directoryOf(definition),
    openUserHttp: () => cloud.http,
    writer,
    queue: {
      wake: async (_scope, _connectionId, { correlationId, delaySec }) => {
        messages.count += 1;
        wakes.push({ atMs: clock.now() + delaySec * SECOND_MS, correlationId });
      },
    },
    clock,
    randomness,
    meter,
    log: { write: (code, fields) => void lines.push(JSON.stringify([code, fields])) },
  };
  const deps = through(plain);
  const budget = { inlineMs: MINUTE_MS, sliceMs: 3 * MINUTE_MS };
  const workflow: QueuedDependencies['workflow'] = {
    start: async (input, attempt) => {
      const name = `${input.syncId}-${attempt}`;
      const known = executions.find((each) => each.name === name);
      if (known !== undefined) return known.state === 'ended' ? 'ended' : 'started';
      const run = {
        scope,
        connectionId,
        syncId: input.syncId as Sync['syncId'],
        correlationId: 'c',
        deadlineMs: 0 as EpochMs,
      };
      executions.push({ name, run, state: 'prepare', atMs: clock.now(), retryCount: 0, errorName: '' });
      return 'started';
    },
  };
  const queued = through({ ...plain, workflow } as QueuedDependencies) as QueuedDependencies;

  let afterCrash = (): void => undefined;
  const deliver = async (wake: Wake): Promise<void> => {
    try {
      const deadlineMs = (clock.now() + budget.inlineMs) as EpochMs;
      await runQueued(queued, { scope, connectionId, correlationId: wake.correlationId, deadlineMs });
    } catch (error) {
      if (!isPassing(error)) throw error;
      afterCrash();
      wakes.push({ ...wake, atMs: clock.now() + VISIBILITY_MS });
    }
  };

  const RETRIES_SEC = [5, 10, 20];
  /** One state of the machine in infra/constructs/provider-sync-definition.ts. */
  const step = async (execution: Execution): Promise<void> => {
    transitions.count += 1;
    const run = { ...execution.run, deadlineMs: (clock.now() + budget.sliceMs) as EpochMs };
    try {
      if (execution.state === 'prepare') {
        execution.state = (await prepareSync(deps, run)) === 'run' ? 'fetch' : 'ended';
      } else if (execution.state === 'fetch') {
        const slice = await runSlice(deps, run);
        execution.atMs = clock.now();
        if (slice.outcome === 'done') execution.state = 'finish';
        if (slice.outcome === 'wait') {
          transitions.count += 1;
          execution.atMs = clock.now() + slice.waitSec * SECOND_MS;
        }
      } else {
        const isDone = execution.state === 'finish';
        await finishRun(
          deps,
          run,
          isDone ? { outcome: 'done' } : { outcome: 'failed', error: execution.errorName },
        );
        execution.state = 'ended';
      }
      execution.retryCount = 0;
    } catch (error) {
      if (!isPassing(error)) throw error;
      afterCrash();
      const waitSec = RETRIES_SEC[execution.retryCount];
      execution.retryCount += 1;
      if (waitSec !== undefined) execution.atMs = clock.now() + waitSec * SECOND_MS;
      else if (execution.state === 'fail' || execution.state === 'finish') execution.state = 'ended';
      else {
        execution.errorName = error instanceof Error ? error.name : '';
        execution.state = 'fail';
        execution.retryCount = 0;
      }
    }
  };

  const planned: { readonly atMs: number; readonly run: () => Promise<void> }[] = [];
  const nextEvent = (): { readonly atMs: number; readonly run: () => Promise<void> } | undefined => {
    const first = planned.toSorted((a, b) => a.atMs - b.atMs)[0];
    if (first !== undefined && first.atMs <= clock.now()) {
      planned.splice(planned.indexOf(first), 1);
      return first;
    }
    const wake = wakes.toSorted((a, b) => a.atMs - b.atMs)[0];
    const execution = executions
      .filter(({ state }) => state !== 'ended')
      .toSorted((a, b) => a.atMs - b.atMs)[0];
    if (wake !== undefined && (execution === undefined || wake.atMs <= execution.atMs)) {
      return {
        atMs: wake.atMs,
        run: () => {
          wakes.splice(wakes.indexOf(wake), 1);
          return deliver(wake);
        },
      };
    }
    return execution === undefined ? undefined : { atMs: execution.atMs, run: () => step(execution) };
  };

  /** Everything that is due until then, in the order of its time. */
  const runUntil = async (untilMs: number): Promise<void> => {
    for (let count = 0; count < 5_000; count += 1) {
      const event = nextEvent();
      const nextMs = Math.min(event?.atMs ?? Number.POSITIVE_INFINITY, ...planned.map(({ atMs }) => atMs));
      if (nextMs > untilMs) break;
      if (event === undefined || nextMs < event.atMs) {
        clock.advance(Math.max(0, nextMs - clock.now()));
        continue;
      }
      clock.advance(Math.max(0, event.atMs - clock.now()));
      await event.run();
    }
    clock.advance(Math.max(0, untilMs - clock.now()));
  };

  const place = { scope, connectionId, correlationId: 'corr' };
  const requests = { ...plain };
  let entryCount = 0;
  return {
    scope,
    connectionId,
    clock,
    storage,
    stores,
    plain,
    queued,
    raw,
    announced,
    metrics,
    lines,
    transitions,
    messages,
    executions,
    budget,
    runUntil,
    deliver,
    /** Something of the outside that happens then, or as soon as whatever runs then has ended. */
    later: (durationMs: number, run: () => Promise<void>): void => {
      planned.push({ atMs: clock.now() + durationMs, run });
    },
    /** Called when a function ended with a fault, before anything else runs. */
    onCrash: (then: () => void): void => {
      afterCrash = then;
    },
    runFor: (durationMs: number) => runUntil(clock.now() + durationMs),
    requestSync: (trigger?: SyncTrigger) => requestSync(requests, place, trigger),
    requestBackfill: (wanted: Parameters<typeof requestBackfill>[2]) =>
      requestBackfill(requests, place, wanted),
    requestReplay: (days: Parameters<typeof requestReplay>[2]) => requestReplay(requests, place, days),
    push: async (...entries: readonly PushEntry[]): Promise<void> => {
      const receivedAtMs = clock.now();
      const inbox = entries.map((entry): InboxEntry => {
        entryCount += 1;
        return { ...entry, entryId: `entry-${entryCount}`, receivedAtMs } as InboxEntry;
      });
      await plain.runs.addToInbox(scope, connectionId, inbox);
      await connections.notePush(scope, connectionId, receivedAtMs);
      await plain.queue.wake(scope, connectionId, { correlationId: 'push', delaySec: 0 });
    },
    connection: async (): Promise<Connection> => {
      const loaded = await connections.load(scope, connectionId);
      if (loaded === undefined) throw new Error('the connection is gone');
      return loaded;
    },
    changeConnection: async (change: Partial<Connection>): Promise<void> => {
      const loaded = await connections.load(scope, connectionId);
      if (loaded === undefined) throw new Error('the connection is gone');
      await connections.save(scope, { ...loaded, ...change, version: loaded.version + 1 }, undefined);
    },
    sync: async (syncId: Sync['syncId']): Promise<Sync> => {
      const sync = await plain.syncs.load(scope, connectionId, syncId);
      if (sync === undefined) throw new Error('no such sync');
      return sync;
    },
    history: () => plain.syncs.list(scope, connectionId, { before: undefined, limit: 50 }),
    inbox: () => plain.runs.readInbox(scope, connectionId, 200),
    quarantined: () => quarantine.list(scope, connectionId, { after: undefined, limit: 200 }),
    /** Living readings of a metric, as `start=value` in order. */
    stored: async (metric: string): Promise<readonly string[]> => {
      const range = { metric, fromBucket: '0000', toBucket: '9999' };
      const { blocks } = await stores.blocks.readBlocks(scope, range, 100_000_000);
      return blocks
        .flatMap(({ payload }) => decodeSamples(payload))
        .filter(({ deletedAtMs }) => deletedAtMs === undefined)
        .toSorted((a, b) => a.startMs - b.startMs)
        .map(({ startMs, value }) => `${startMs}=${value}`);
    },
  };
}

type PushEntry = InboxEntry extends infer Entry
  ? Entry extends unknown
    ? Omit<Entry, 'entryId' | 'receivedAtMs'>
    : never
  : never;

/** What the platform tries again: a function that died, and faults that say that they pass. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof ConditionalCheckFailedException) return false;
  const code = 'code' in error ? error.code : undefined;
  return (
    error.name === 'ProviderUnavailable' ||
    error.name === 'Crash' ||
    code === 'server.unavailable' ||
    code === 'ingest.contention'
  );
}
