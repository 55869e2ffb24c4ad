import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SyncId } from '../../contracts/primitives/ids.ts';
import { createGateStore } from '../../lib/adapters/dynamo/gate-store.ts';
import { createQuarantineStore } from '../../lib/adapters/dynamo/quarantine-store.ts';
import { createRunStore } from '../../lib/adapters/dynamo/run-store.ts';
import { createSyncStore } from '../../lib/adapters/dynamo/sync-store.ts';
import type { InboxEntry, Lease } from '../../lib/connections/model.ts';
import { newSync, newSyncId } from '../../lib/connections/syncs/pick-sync.ts';
import { newProgress } from '../../lib/connections/syncs/sync-progress.ts';
import { type EpochMs, MINUTE_MS } from '../../lib/core/instants.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import { newConnectionId } from '../support/connection-builders.ts';
import {
  createStores,
  losingReplies,
  manualClock,
  START_MS,
  type Storage,
  type Stores,
  seededRandomness,
} from './store-fixtures.ts';

/** The promises of RunStore, SyncStore, QuarantineStore and GateStore, on one engine. */
export function syncStoresContract(name: string, open: () => Promise<Storage>): void {
  let storage: Storage;
  let stores: Stores;
  let scope: UserScope;
  const randomness = seededRandomness(41);
  beforeAll(async () => {
    storage = await open();
    stores = createStores(storage, manualClock());
  });
  afterAll(() => storage?.stop());

  const newId = () => newSyncId(START_MS, randomness);
  const partsOn = (dynamo = storage.dynamo) => ({
    dynamo,
    coreTable: storage.tables.core,
    dataKeys: stores.vault,
    clock: stores.clock,
    randomness,
  });
  const world = async () => {
    scope = await stores.createUser();
    return {
      scope,
      connectionId: newConnectionId(),
      runs: createRunStore(partsOn()),
      syncs: createSyncStore(partsOn()),
    };
  };
  const record = (entryId: string, atMs: number = START_MS): InboxEntry => ({
    entryId,
    receivedAtMs: atMs as EpochMs,
    kind: 'record',
    dataType: 'sleep',
    id: `record-of-${entryId}`,
  });
  const wantedBy = (owner: SyncId, nowMs: number = START_MS) => ({
    owner,
    nowMs: nowMs as EpochMs,
    untilMs: (nowMs + MINUTE_MS) as EpochMs,
  });
  const requestOf = (connectionId: ReturnType<typeof newConnectionId>, syncId = newId()) => ({
    sync: newSync(
      { connectionId, provider: 'sample' },
      { syncId, trigger: 'manual', nowMs: START_MS, correlationId: 'c' },
    ),
    entry: {
      entryId: syncId,
      receivedAtMs: START_MS,
      kind: 'sync',
      syncId,
      trigger: 'manual',
      correlationId: 'c',
    } as const,
  });

  describe(`stores of syncs on ${name}`, () => {
    test('CON12 an inbox gives back what it was given, once each, in the order received, sealed where it lies', async () => {
      const { runs, connectionId } = await world();
      await runs.addToInbox(scope, connectionId, [record('b', START_MS + 1), record('a', START_MS + 2)]);
      await runs.addToInbox(scope, connectionId, [record('c', START_MS), record('a', START_MS + 2)]);
      const ids = async () => (await runs.readInbox(scope, connectionId, 10)).map(({ entryId }) => entryId);
      expect(await ids()).toEqual(['c', 'b', 'a']);
      const raw = JSON.stringify(await stores.rawItems(scope));
      expect(raw).not.toContain('record-of-');
      await runs.removeFromInbox(scope, connectionId, ['c', 'nothing']);
      expect(await ids()).toEqual(['b', 'a']);
      expect(await runs.readInbox(scope, newConnectionId(), 10)).toEqual([]);
    });

    test('CON12 nothing is put into the inbox of an erased user', async () => {
      const { runs, connectionId } = await world();
      await stores.eraseUser(scope);
      const added = runs.addToInbox(scope, connectionId, [record('a')]);
      await expect(added).rejects.toMatchObject({ code: 'user.not_found' });
      expect(await runs.takeLease(scope, connectionId, wantedBy(newId()))).toEqual({ kind: 'none' });
    });

    test('CON12 one at a time holds a lease; whoever comes meanwhile is noted, and the fence rises with each hand', async () => {
      const { runs, connectionId } = await world();
      const [first, second] = [newId(), newId()];
      expect(await runs.takeLease(scope, connectionId, wantedBy(first))).toEqual({ kind: 'none' });
      await runs.addToInbox(scope, connectionId, [record('a')]);
      const taken = await runs.takeLease(scope, connectionId, wantedBy(first));
      expect(taken).toMatchObject({ kind: 'taken', lease: { owner: first, fence: 1 } });
      const again = await runs.takeLease(scope, connectionId, wantedBy(first));
      expect(again).toMatchObject({ kind: 'taken', lease: { fence: 1 } });
      const held = { kind: 'held', by: first, untilMs: START_MS + MINUTE_MS };
      expect(await runs.takeLease(scope, connectionId, wantedBy(second))).toEqual({ ...held, isFirst: true });
      expect(await runs.takeLease(scope, connectionId, wantedBy(second))).toEqual({
        ...held,
        isFirst: false,
      });
      const lease = (await runs.loadLease(scope, connectionId)) as Lease;
      expect(lease).toMatchObject({ owner: first, again: true });
      expect(await runs.releaseLease(scope, connectionId, lease)).toBe('again');
      const next = { untilMs: lease.untilMs, clearAgain: true };
      expect(await runs.renewLease(scope, connectionId, lease, next)).toBe('renewed');
      expect(await runs.releaseLease(scope, connectionId, lease)).toBe('released');
      expect(await runs.releaseLease(scope, connectionId, lease)).toBe('released');
      const other = await runs.takeLease(scope, connectionId, wantedBy(second));
      expect(other).toMatchObject({ kind: 'taken', lease: { owner: second, fence: 2 } });
      expect(await runs.releaseLease(scope, connectionId, lease)).toBe('lost');
      expect(await runs.renewLease(scope, connectionId, lease, next)).toBe('lost');
    });

    test('CON12 a lease whose time is over goes to whoever comes', async () => {
      const { runs, connectionId } = await world();
      await runs.addToInbox(scope, connectionId, [record('a')]);
      await runs.takeLease(scope, connectionId, wantedBy(newId()));
      const late = wantedBy(newId(), START_MS + MINUTE_MS);
      expect(await runs.takeLease(scope, connectionId, late)).toMatchObject({
        kind: 'taken',
        lease: { fence: 2 },
      });
    });

    test('CON12 of many who come at once one gets the lease', async () => {
      const { runs, connectionId } = await world();
      await runs.addToInbox(scope, connectionId, [record('a')]);
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, () => runs.takeLease(scope, connectionId, wantedBy(newId()))),
      );
      expect(outcomes.filter(({ kind }) => kind === 'taken')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome.kind === 'held' && outcome.isFirst)).toHaveLength(1);
    });

    test('CON20 of many requests at once one is added and the others are told its id, until it begins', async () => {
      const { syncs, runs, connectionId } = await world();
      const requests = Array.from({ length: 8 }, () => requestOf(connectionId));
      const outcomes = await Promise.all(
        requests.map(({ sync, entry }) => syncs.request(scope, sync, entry)),
      );
      expect(outcomes.filter(({ kind }) => kind === 'added')).toHaveLength(1);
      const ids = new Set(
        outcomes.flatMap((outcome) => (outcome.kind === 'waiting' ? [outcome.syncId] : [])),
      );
      expect(ids.size).toBe(1);
      const [waiting] = [...ids];
      const taken = await runs.takeLease(scope, connectionId, wantedBy(newId()));
      const sync = waiting === undefined ? undefined : await syncs.load(scope, connectionId, waiting);
      if (taken.kind !== 'taken' || sync === undefined) throw new Error('nothing waits');
      expect(await runs.readInbox(scope, connectionId, 10)).toHaveLength(1);
      const begun = { ...sync, version: 2 };
      const step = { lease: taken.lease, done: [], added: [], begins: true };
      expect(await syncs.commit(scope, begun, step)).toBe('saved');
      const next = requestOf(connectionId);
      expect(await syncs.request(scope, next.sync, next.entry)).toEqual({ kind: 'added' });
    });

    test('CON20 a step is written whole or not at all: row, entries that are done and added, and only under the lease', async () => {
      const { syncs, runs, connectionId } = await world();
      const { sync, entry } = requestOf(connectionId);
      await syncs.request(scope, sync, entry);
      await runs.addToInbox(scope, connectionId, [record('a'), record('b')]);
      const taken = await runs.takeLease(scope, connectionId, wantedBy(newId()));
      if (taken.kind !== 'taken') throw new Error('not taken');
      const window = { fromMs: START_MS, toMs: (START_MS + 5) as EpochMs };
      const types = [{ ...newProgress('sleep', window), cursor: 'next-page', arrivedAtMs: START_MS }];
      const next = { ...sync, types, stallCount: 2, version: 2 };
      const step = { lease: taken.lease, done: [record('a')], added: [record('z')], begins: true };
      expect(await syncs.commit(scope, next, step)).toBe('saved');
      expect(await syncs.load(scope, connectionId, sync.syncId)).toEqual(next);
      const ids = async () => (await runs.readInbox(scope, connectionId, 10)).map(({ entryId }) => entryId);
      expect(await ids()).toEqual(['b', 'z', sync.syncId].toSorted());
      const stale = { ...step, lease: { ...taken.lease, fence: 7 }, done: [record('b')] };
      expect(await syncs.commit(scope, { ...next, version: 3 }, stale)).toBe('lost');
      expect(await syncs.commit(scope, next, { ...step, done: [record('b')] })).toBe('lost');
      expect(await ids()).toHaveLength(3);
      expect(JSON.stringify(await stores.rawItems(scope))).not.toContain('next-page');
    });

    test('CON20 a commit whose reply was lost is known for our own', async () => {
      const { syncs, runs, connectionId } = await world();
      const { sync, entry } = requestOf(connectionId);
      await syncs.request(scope, sync, entry);
      const taken = await runs.takeLease(scope, connectionId, wantedBy(newId()));
      if (taken.kind !== 'taken') throw new Error('not taken');
      const deaf = createSyncStore(partsOn(losingReplies(storage.dynamo, 1)));
      const step = { lease: taken.lease, done: [], added: [], begins: false };
      const next = { ...sync, version: 2 };
      await expect(deaf.commit(scope, next, step)).rejects.toMatchObject({ code: 'server.unavailable' });
      expect(await syncs.load(scope, connectionId, sync.syncId)).toMatchObject({ version: 2 });
      expect(await syncs.commit(scope, { ...next, version: 3 }, step)).toBe('saved');
    });

    test('CON39 the history is listed from the newest, page by page', async () => {
      const { syncs, connectionId } = await world();
      const ids: SyncId[] = [];
      for (let minute = 0; minute < 5; minute += 1) {
        const syncId = newSyncId((START_MS + minute * MINUTE_MS) as EpochMs, randomness);
        const { sync, entry } = requestOf(connectionId, syncId);
        const backfill = { window: { fromMs: START_MS, toMs: START_MS }, types: [] };
        await syncs.request(scope, sync, { ...entry, ...backfill, kind: 'backfill' });
        ids.unshift(syncId);
      }
      const first = await syncs.list(scope, connectionId, { before: undefined, limit: 2 });
      const rest = await syncs.list(scope, connectionId, { before: first[1]?.syncId, limit: 10 });
      expect([...first, ...rest].map(({ syncId }) => syncId)).toEqual(ids);
    });

    test('CON30 what was set aside is listed by connection, and a repeat is the same', async () => {
      const { connectionId } = await world();
      const store = createQuarantineStore(storage.dynamo, storage.tables.core);
      const aside = (quarantineId: string) => ({
        quarantineId,
        connectionId,
        syncId: newId(),
        dataType: 'sleep',
        externalId: undefined,
        reason: 'value: expected number',
        rawKey: 'a/b/c',
        index: 3,
        atMs: START_MS,
      });
      const records = ['1', '2', '3'].map(aside);
      await store.add(scope, records);
      await store.add(scope, records);
      const first = await store.list(scope, connectionId, { after: undefined, limit: 2 });
      const rest = await store.list(scope, connectionId, { after: '2', limit: 2 });
      expect([...first, ...rest]).toEqual(records);
    });
  });

  describe(`the gate on ${name}`, () => {
    const gate = () => createGateStore(storage.dynamo, storage.tables.core);
    let providerCount = 0;
    const newProvider = () => {
      providerCount += 1;
      return `cloud-${providerCount}`;
    };

    test('CON33 a provider has as many places for syncs as were said; one that is given back or runs out is free', async () => {
      const provider = newProvider();
      const owners = Array.from({ length: 6 }, newId);
      const outcomes = await Promise.all(
        owners.map((owner) => gate().takeSlot(provider, 3, wantedBy(owner))),
      );
      expect(outcomes.filter((outcome) => outcome === 'taken').length).toBeLessThanOrEqual(3);
      for (const owner of owners) await gate().takeSlot(provider, 3, wantedBy(owner));
      const holders: SyncId[] = [];
      for (const owner of owners) {
        if ((await gate().takeSlot(provider, 3, wantedBy(owner))) === 'taken') holders.push(owner);
      }
      expect(holders).toHaveLength(3);
      const [holder] = holders;
      if (holder === undefined) throw new Error('nobody holds a place');
      const newcomer = newId();
      expect(await gate().takeSlot(provider, 3, wantedBy(newcomer))).toBe('full');
      await gate().releaseSlot(provider, 3, holder);
      await gate().releaseSlot(provider, 3, holder);
      expect(await gate().takeSlot(provider, 3, wantedBy(newcomer))).toBe('taken');
      expect(await gate().takeSlot(provider, 3, wantedBy(newId()))).toBe('full');
      expect(await gate().takeSlot(provider, 3, wantedBy(newId(), START_MS + MINUTE_MS))).toBe('taken');
    });

    test('CON31 a bucket never gives more than its limit, and a workspace behind the half no more than its share', async () => {
      const bucket = {
        provider: newProvider(),
        windowMs: MINUTE_MS,
        startMs: START_MS,
        endMs: (START_MS + MINUTE_MS) as EpochMs,
        limit: 40,
      };
      const take = async (workspace: string, times: number) => {
        let count = 0;
        for (let time = 0; time < times; time += 1) {
          if ((await gate().takeQuota(bucket, workspace, 2)) === 'taken') count += 2;
        }
        return count;
      };
      expect(await take('small', 1)).toBe(2);
      const large = await take('large', 40);
      expect(large).toBeLessThanOrEqual(22);
      expect(large).toBeGreaterThanOrEqual(18);
      const small = await take('small', 40);
      expect(small + 2).toBeGreaterThanOrEqual(18);
      expect(small + 2 + large).toBeLessThanOrEqual(40);
      const rush = await Promise.all(
        Array.from({ length: 20 }, (_, index) => gate().takeQuota(bucket, `w${index}`, 2)),
      );
      expect(
        rush.filter((outcome) => outcome === 'taken').length * 2 + small + 2 + large,
      ).toBeLessThanOrEqual(40);
    });

    test('CON32 failures open the circuit, three answered probes close it, one failed probe opens it again', async () => {
      const provider = newProvider();
      const openUntilMs = (START_MS + MINUTE_MS) as EpochMs;
      for (let failure = 1; failure < 5; failure += 1) {
        await gate().addFailure(provider, { threshold: 5, openUntilMs });
      }
      expect((await gate().load(provider)).openUntilMs).toBeUndefined();
      await gate().addFailure(provider, { threshold: 5, openUntilMs });
      expect(await gate().load(provider)).toMatchObject({ failureCount: 5, openUntilMs });
      for (const expected of ['taken', 'taken', 'taken', 'none']) {
        expect(await gate().takeProbe(provider, openUntilMs, 3)).toBe(expected);
      }
      const later = (openUntilMs + MINUTE_MS) as EpochMs;
      await gate().answerProbe(provider, openUntilMs, 3);
      await gate().reopen(provider, openUntilMs, later);
      await gate().answerProbe(provider, openUntilMs, 3);
      expect(await gate().load(provider)).toMatchObject({ openUntilMs: later, answeredProbeCount: 0 });
      for (let probe = 0; probe < 3; probe += 1) await gate().answerProbe(provider, later, 3);
      expect(await gate().load(provider)).toMatchObject({ failureCount: 0, openUntilMs: undefined });
    });

    test('CON32 a pause only ever grows, and failures that others followed with answers are forgotten', async () => {
      const provider = newProvider();
      await gate().pause(provider, (START_MS + 10) as EpochMs);
      await gate().pause(provider, (START_MS + 5) as EpochMs);
      await gate().addFailure(provider, { threshold: 5, openUntilMs: START_MS });
      await gate().clearFailures(provider);
      expect(await gate().load(provider)).toMatchObject({ pausedUntilMs: START_MS + 10, failureCount: 0 });
    });
  });
}
