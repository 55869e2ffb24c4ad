import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, type EpochMs } from '../../lib/core/instants.ts';
import type { Head, StoredBlock, UserScope } from '../../lib/samples/model.ts';
import {
  answeredRow,
  blockRef,
  changeOf,
  commitOf,
  createStores,
  emptyHead,
  losingReplies,
  manualClock,
  requestId,
  SOURCE,
  START_MS,
  type Storage,
  type Stores,
  storedBlock,
} from './store-fixtures.ts';

const WRITER_COUNT = 20;

/** Every promise of SampleStore and BlockReader (lib/samples/sample-store.ts), on one storage. */
export function sampleStoreContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`SampleStore on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    beforeAll(async () => {
      storage = await openStorage();
      stores = createStores(storage, manualClock());
    });
    afterAll(() => storage?.stop());

    const load = (scope: UserScope, id = 'none', refs = [blockRef()]) =>
      stores.samples.load(scope, requestId(id), refs);
    const headOf = async (scope: UserScope): Promise<Head> => {
      const { head } = await load(scope);
      if (head === undefined) throw new Error('the user has no head');
      return head;
    };
    const commit = async (scope: UserScope, id: string, blocks: readonly StoredBlock[]) =>
      stores.samples.commit(scope, commitOf(await headOf(scope), id, blocks));

    test('ING13 a user who does not exist has no head, no ledger and no blocks', async () => {
      const scope = await stores.createUser();
      const stranger = { ...scope, userId: `${scope.userId.slice(0, -1)}z` as typeof scope.userId };
      expect(await load(stranger)).toEqual({ head: undefined, ledger: undefined, blocks: new Map() });
    });

    test('ING1 what was committed is loaded as it was, at once', async () => {
      const scope = await stores.createUser();
      const block = storedBlock({
        daySeqs: { '2026-11-20': 1, '2026-11-21': 1, '1999-12-31': 1 },
        parts: ['p1', 'p2'],
      });
      expect(await commit(scope, 'r1', [block])).toBe('committed');
      const loaded = await load(scope, 'r1');
      expect(loaded.head).toEqual({ ...emptyHead, seq: 1 });
      expect(loaded.ledger).toEqual(answeredRow());
      expect(loaded.blocks).toEqual(new Map([[`heart_rate/2026-11-21#${SOURCE}`, block]]));
    });

    test('ING1 a block without living samples keeps its days and has no first or last', async () => {
      const scope = await stores.createUser();
      const block = storedBlock({ count: 0, firstMs: undefined, lastMs: undefined, daySeqs: {} });
      await commit(scope, 'r1', [block]);
      expect((await load(scope)).blocks.values().next().value).toEqual(block);
    });

    test('ING9 the head keeps series, units, sources, settings and priorities', async () => {
      const scope = await stores.createUser();
      const head: Head = {
        ...emptyHead,
        seq: 1,
        timeZone: 'America/New_York',
        privacy: { uploadEnabled: false, blockedMetrics: ['steps'] },
        priorities: { orders: { '*': ['garmin', 'watch'] }, changedAt: { '*': 3 } },
        series: { heart_rate: { [SOURCE]: { count: 12, units: { bpm: 10, '/min': 2 } } } },
        sources: {
          [SOURCE]: { sourceId: SOURCE, provider: 'fitbit', device: { model: 'Charge', type: 'band' } },
          plain: { sourceId: 'plain' as typeof SOURCE, provider: 'garmin', app: 'Connect' },
        },
      };
      const made = commitOf(emptyHead, 'r1', [storedBlock()]);
      const advance = made.advance && { ...made.advance, head };
      expect(await stores.samples.commit(scope, { ...made, advance })).toBe('committed');
      expect(await headOf(scope)).toEqual(head);
    });

    test('ING2 the same block asked for twice is answered once', async () => {
      const scope = await stores.createUser();
      await commit(scope, 'r1', [storedBlock()]);
      expect((await load(scope, 'r1', [blockRef(), blockRef()])).blocks.size).toBe(1);
    });

    test('ING5 a head that moved on is a conflict and writes nothing', async () => {
      const scope = await stores.createUser();
      const stale = await headOf(scope);
      await commit(scope, 'r1', [storedBlock()]);
      const other = storedBlock({ ref: blockRef({ metric: 'steps' }) });
      expect(await stores.samples.commit(scope, commitOf(stale, 'r2', [other]))).toBe('conflict');
      const after = await load(scope, 'r2', [other.ref]);
      expect(after.ledger).toBeUndefined();
      expect(after.blocks.size).toBe(0);
      expect(after.head?.seq).toBe(1);
    });

    test.each([1, 3])('ING5 a block of version %d over one of version 1 is a conflict', async (version) => {
      const scope = await stores.createUser();
      await commit(scope, 'r1', [storedBlock()]);
      expect(await commit(scope, 'r2', [storedBlock({ version })])).toBe('conflict');
      const after = await load(scope, 'r2');
      expect(after.blocks.values().next().value).toEqual(storedBlock());
      expect([after.head?.seq, after.ledger]).toEqual([1, undefined]);
    });

    test('ING5 a block of version 2 over one of version 1 is taken', async () => {
      const scope = await stores.createUser();
      await commit(scope, 'r1', [storedBlock()]);
      const next = storedBlock({ version: 2, payload: new Uint8Array([9, 9]) });
      expect(await commit(scope, 'r2', [next])).toBe('committed');
      expect((await load(scope)).blocks.values().next().value).toEqual({ ...next, seq: 2 });
    });

    test('ING5 a change entry that is there already is a conflict', async () => {
      const scope = await stores.createUser();
      await commit(scope, 'r1', [storedBlock()]);
      const made = commitOf(await headOf(scope), 'r2', []);
      const rewound = made.advance && { ...made.advance, change: { ...made.advance.change, seq: 1 } };
      expect(await stores.samples.commit(scope, { ...made, advance: rewound })).toBe('conflict');
    });

    test('ING10 settings that changed after the head was read are a conflict', async () => {
      const scope = await stores.createUser();
      const stale = await headOf(scope);
      await stores.headStore.saveSettings(scope, 0, {
        privacy: { uploadEnabled: false, blockedMetrics: [] },
      });
      expect(await stores.samples.commit(scope, commitOf(stale, 'r1', [storedBlock()]))).toBe('conflict');
      expect((await load(scope)).blocks.size).toBe(0);
    });

    test.each([0, 2])('ING5 of a head at 1, one read at %d is a conflict by itself', async (seq) => {
      const scope = await stores.createUser();
      await commit(scope, 'r1', [storedBlock()]);
      const made = commitOf(emptyHead, 'r2', []);
      const free = { ...changeOf(9, []), seq: 9 };
      const advance = made.advance && {
        ...made.advance,
        readHead: { seq, settingsVersion: 0 },
        change: free,
      };
      expect(await stores.samples.commit(scope, { ...made, advance })).toBe('conflict');
      expect((await headOf(scope)).seq).toBe(1);
    });

    test('ING5 an erased head keeps every write out, also of one who read its number', async () => {
      const scope = await stores.createUser();
      await stores.eraseUser(scope);
      const erased = await headOf(scope);
      expect(await stores.samples.commit(scope, commitOf(erased, 'r1', [storedBlock()]))).toBe('erased');
      expect(await headOf(scope)).toEqual(erased);
    });

    test('ING5 an erased user is told apart from a conflict, and nothing comes back', async () => {
      const scope = await stores.createUser();
      const stale = await headOf(scope);
      await stores.eraseUser(scope);
      expect(await stores.samples.commit(scope, commitOf(stale, 'r1', [storedBlock()]))).toBe('erased');
      expect(await stores.samples.commit(scope, { ...commitOf(stale, 'r1', []), advance: undefined })).toBe(
        'erased',
      );
      const after = await load(scope, 'r1');
      expect([after.head?.erasedAtMs, after.ledger, after.blocks.size]).toEqual([START_MS, undefined, 0]);
    });

    test('ING5 a user whose key is shredded still shows that the head is erased', async () => {
      const scope = await stores.createUser();
      await commit(scope, 'r1', [storedBlock()]);
      const head = await headOf(scope);
      await stores.eraseUser(scope);
      await stores.vault.shred(scope);
      const after = await load(scope, 'r1');
      expect([after.head?.erasedAtMs, after.ledger, after.blocks.size]).toEqual([START_MS, undefined, 0]);
      expect(await stores.samples.commit(scope, commitOf(head, 'r2', []))).toBe('erased');
    });

    test('ING5 without a head nothing is committed', async () => {
      const scope = await stores.createUser();
      await stores.removeHead(scope);
      expect(await stores.samples.commit(scope, commitOf(emptyHead, 'r1', [storedBlock()]))).toBe('erased');
    });

    test('ING11 a commit that changes nothing writes the ledger row alone', async () => {
      const scope = await stores.createUser();
      const made = { ...commitOf(emptyHead, 'r1', []), advance: undefined };
      expect(await stores.samples.commit(scope, made)).toBe('committed');
      const after = await load(scope, 'r1');
      expect([after.head?.seq, after.ledger]).toEqual([0, answeredRow()]);
      expect(await stores.headStore.loadAfter(scope, 0, 10)).toEqual([]);
    });

    test('ING6 a request id that has a row is a conflict, and the row stays byte for byte', async () => {
      const scope = await stores.createUser();
      await commit(scope, 'r1', [storedBlock()]);
      const twin = commitOf(await headOf(scope), 'r1', [], { row: answeredRow({ inline: '{"other":1}' }) });
      expect(await stores.samples.commit(scope, twin)).toBe('conflict');
      expect((await load(scope, 'r1')).ledger).toEqual(answeredRow());
    });

    test('ING6 an expired row is absent to readers and may be replaced', async () => {
      const scope = await stores.createUser();
      const expired = answeredRow({ expiresAtMs: START_MS });
      const row = commitOf(emptyHead, 'r1', [storedBlock()], { row: expired, replaces: 'nothing' });
      expect(await stores.samples.commit(scope, row)).toBe('committed');
      expect((await load(scope, 'r1')).ledger).toBeUndefined();
      expect(await commit(scope, 'r1', [storedBlock({ version: 2 })])).toBe('committed');
      expect((await load(scope, 'r1')).ledger).toEqual(answeredRow());
    });

    test('ING6 a row that is about to expire is there until its second has come', async () => {
      const scope = await stores.createUser();
      const row = answeredRow({ expiresAtMs: START_MS + 1_000 });
      await stores.samples.commit(scope, commitOf(emptyHead, 'r1', [], { row, replaces: 'nothing' }));
      expect((await load(scope, 'r1')).ledger).toEqual(row);
      expect(await commit(scope, 'r1', [])).toBe('conflict');
    });

    test('ING8 queued becomes running, running goes on step by step, and then is answered', async () => {
      const scope = await stores.createUser();
      const base = { payloadHash: 'b'.repeat(64), expiresAtMs: (START_MS + DAY_MS) as EpochMs };
      const queued = { ...base, state: 'queued', payloadKey: 'requests/1' } as const;
      const running = (next: number) =>
        ({ ...base, state: 'running', payloadKey: undefined, next, progress: `{"next":${next}}` }) as const;
      const step = async (ledger: Parameters<typeof commitOf>[3]) =>
        stores.samples.commit(scope, commitOf(await headOf(scope), 'r1', [], ledger));
      const rowNow = async () => (await load(scope, 'r1')).ledger;

      expect(await step({ row: queued, replaces: 'nothing' })).toBe('committed');
      expect(await rowNow()).toEqual(queued);
      expect(await step({ row: running(2), replaces: { state: 'running', next: 1 } })).toBe('conflict');
      expect(await step({ row: running(1), replaces: { state: 'queued' } })).toBe('committed');
      expect(await rowNow()).toEqual(running(1));
      expect(await step({ row: running(1), replaces: { state: 'queued' } })).toBe('conflict');
      for (const next of [0, 2]) {
        expect(await step({ row: running(2), replaces: { state: 'running', next } })).toBe('conflict');
      }
      const second = { ...running(2), payloadKey: 'requests/1' };
      expect(await step({ row: second, replaces: { state: 'running', next: 1 } })).toBe('committed');
      expect(await rowNow()).toEqual(second);
      expect(await step({ row: running(2), replaces: { state: 'running', next: 1 } })).toBe('conflict');
      const answer = {
        ...base,
        state: 'answered',
        status: 207,
        answer: { payloadKey: 'answers/1' },
      } as const;
      expect(await step({ row: answer, replaces: { state: 'running', next: 2 } })).toBe('committed');
      expect(await rowNow()).toEqual(answer);
      expect((await headOf(scope)).seq).toBe(4);
    });

    test('ING15 twenty writers at once: the numbers are gapless and nobody loses a write', async () => {
      const scope = await stores.createUser();
      const write = async (writer: number) => {
        for (let attempt = 0; attempt < 400; attempt += 1) {
          const { head, blocks } = await load(scope, `w${writer}`);
          const before = blocks.values().next().value;
          const block = storedBlock({
            version: (before?.version ?? 0) + 1,
            payload: Uint8Array.from([...(before?.payload ?? []), writer]),
          });
          const outcome = await stores.samples.commit(
            scope,
            commitOf(head ?? emptyHead, `w${writer}`, [block]),
          );
          if (outcome === 'committed') return;
        }
        throw new Error(`writer ${writer} never committed`);
      };
      await Promise.all(Array.from({ length: WRITER_COUNT }, (_, writer) => write(writer)));
      const { head, blocks } = await load(scope);
      const block = blocks.values().next().value;
      expect(head?.seq).toBe(WRITER_COUNT);
      expect(block?.version).toBe(WRITER_COUNT);
      expect([...(block?.payload ?? [])].sort((a, b) => a - b)).toEqual([...Array(WRITER_COUNT).keys()]);
      const feed = await stores.headStore.loadAfter(scope, 0, 100);
      expect(feed.map(({ seq }) => seq)).toEqual(
        Array.from({ length: WRITER_COUNT }, (_, index) => index + 1),
      );
    });

    test('ING6 of twenty twins of one request exactly one commits', async () => {
      const scope = await stores.createUser();
      const twin = commitOf(await headOf(scope), 'r1', [storedBlock()]);
      const outcomes = await Promise.all(
        Array.from({ length: WRITER_COUNT }, () => stores.samples.commit(scope, twin)),
      );
      expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
      expect((await headOf(scope)).seq).toBe(1);
    });

    test('ING6 a lost reply is retryable, and the ledger tells that the commit was made', async () => {
      const scope = await stores.createUser();
      const lossy = stores.samplesOn(losingReplies(storage.dynamo, 1));
      const made = commitOf(await headOf(scope), 'r1', [storedBlock()]);
      await expect(lossy.commit(scope, made)).rejects.toMatchObject({ code: 'server.unavailable' });
      expect(await lossy.commit(scope, made)).toBe('conflict');
      const after = await load(scope, 'r1');
      expect([after.head?.seq, after.ledger]).toEqual([1, answeredRow()]);
      expect(after.blocks.values().next().value).toEqual(storedBlock());
    });

    test('ING5 ninety-six blocks go into one transaction and come back in one load', async () => {
      const scope = await stores.createUser();
      const blocks = Array.from({ length: 96 }, (_, index) =>
        storedBlock({ ref: blockRef({ part: `p${index}` }), payload: new Uint8Array(4_000).fill(index) }),
      );
      expect(await commit(scope, 'r1', blocks)).toBe('committed');
      const refs = blocks.map(({ ref }) => ref);
      const loaded = await load(scope, 'r1', [...refs, ...refs.map((ref) => ({ ...ref, metric: 'steps' }))]);
      expect(loaded.blocks.size).toBe(96);
      for (const block of blocks) {
        expect(loaded.blocks.get(`heart_rate/2026-11-21#${SOURCE}#${block.ref.part}`)).toEqual(block);
      }
    });

    test('ING5 of ninety-six blocks one stale version keeps all out', async () => {
      const scope = await stores.createUser();
      const blocks = Array.from({ length: 96 }, (_, index) =>
        storedBlock({ ref: blockRef({ part: `p${index}` }), version: index === 95 ? 2 : 1 }),
      );
      expect(await commit(scope, 'r1', blocks)).toBe('conflict');
      expect(
        (
          await load(
            scope,
            'r1',
            blocks.map(({ ref }) => ref),
          )
        ).blocks.size,
      ).toBe(0);
    });

    test('ING13 two workspaces with the same user id never see each other', async () => {
      const mine = await stores.createUser();
      const elsewhere = await stores.createUser();
      const theirs = { workspaceId: elsewhere.workspaceId, userId: mine.userId };
      await commit(mine, 'r1', [storedBlock()]);
      expect(await load(theirs, 'r1')).toEqual({ head: undefined, ledger: undefined, blocks: new Map() });
      expect(await stores.samples.commit(theirs, commitOf(emptyHead, 'r1', [storedBlock()]))).toBe('erased');
      const range = { metric: 'heart_rate', fromBucket: '2026-11-01', toBucket: '2026-11-30' };
      expect(await stores.blocks.listBlocks(theirs, range)).toEqual([]);
    });

    test('P5 no stored byte shows a payload, an answer or a progress', async () => {
      const scope = await stores.createUser();
      const payload = new TextEncoder().encode('HEARTBEAT-MARKER');
      await stores.samples.commit(
        scope,
        commitOf(await headOf(scope), 'r1', [storedBlock({ payload })], {
          row: answeredRow({ inline: 'ANSWER-MARKER' }),
        }),
      );
      const bytes = (await stores.rawItems(scope)).map(textOf).join('\n');
      expect(bytes).toContain(scope.userId);
      expect(bytes).not.toContain('HEARTBEAT-MARKER');
      expect(bytes).not.toContain('ANSWER-MARKER');
    });

    test('P5 a payload put into another place, or back at another version, does not open', async () => {
      const scope = await stores.createUser();
      await commit(scope, 'r1', [storedBlock()]);
      const [item] = await stores.rawBlocks(scope);
      if (item === undefined) throw new Error('no block was stored');
      await stores.putRawSamplesItem({ ...item, sk: { S: `2026-11-22#${SOURCE}` } });
      await expect(load(scope, 'r1', [blockRef({ bucket: '2026-11-22' })])).rejects.toThrow('authentication');
      await stores.putRawSamplesItem({ ...item, v: { N: '2' } });
      await expect(load(scope, 'r1')).rejects.toThrow('authentication');
    });

    test('blocks are listed in key order from the first to the last bucket, inclusive', async () => {
      const scope = await stores.createUser();
      const days = ['2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22'];
      const blocks = days.flatMap((bucket) => [
        storedBlock({ ref: blockRef({ bucket }) }),
        storedBlock({ ref: blockRef({ bucket, part: 'p1' }) }),
      ]);
      await commit(scope, 'r1', [...blocks, storedBlock({ ref: blockRef({ metric: 'steps' }) })]);
      const range = { metric: 'heart_rate', fromBucket: '2026-11-20', toBucket: '2026-11-21' };
      const wanted = blocks.slice(2, 6);
      expect(await stores.blocks.listBlocks(scope, range)).toEqual(
        wanted.map(({ payload: _payload, ...summary }) => summary),
      );
      expect(await stores.blocks.readBlocks(scope, range, 1_000_000)).toEqual({
        blocks: wanted,
        complete: true,
      });
    });

    test('PRJ5 the next bucket is found wherever it lies, and past the last one there is none', async () => {
      const scope = await stores.createUser();
      const days = ['2003-05-01', '2026-11-20'];
      const refs = days.flatMap((bucket) => [blockRef({ bucket }), blockRef({ bucket, part: 'p1' })]);
      const blocks = refs.map((ref) => storedBlock({ ref }));
      await commit(scope, 'r1', [...blocks, storedBlock({ ref: blockRef({ metric: 'steps' }) })]);
      const froms = ['1999-12-31', '2003-05-01', '2003-05-02', '2026-11-20', '2026-11-21'];
      const found = await Promise.all(
        froms.map((from) => stores.blocks.nextBucket(scope, 'heart_rate', from)),
      );
      expect(found).toEqual(['2003-05-01', '2003-05-01', '2026-11-20', '2026-11-20', undefined]);
    });

    test('PRJ1 reading stops at the bound and says so', async () => {
      const scope = await stores.createUser();
      const blocks = ['2026-11-20', '2026-11-21', '2026-11-22'].map((bucket) =>
        storedBlock({ ref: blockRef({ bucket }), payload: new Uint8Array(1_000) }),
      );
      await commit(scope, 'r1', blocks);
      const range = { metric: 'heart_rate', fromBucket: '2026-11-01', toBucket: '2026-11-30' };
      expect(await stores.blocks.readBlocks(scope, range, 2_500)).toEqual({
        blocks: blocks.slice(0, 2),
        complete: false,
      });
    });

    test('blocks of more than one page of DynamoDB are all listed and read', async () => {
      const scope = await stores.createUser();
      for (const half of [0, 1]) {
        const blocks = Array.from({ length: 90 }, (_, index) =>
          storedBlock({
            ref: blockRef({ part: `h${half}p${String(index).padStart(2, '0')}` }),
            payload: new Uint8Array(16_000).fill(index),
          }),
        );
        expect(await commit(scope, `r${half}`, blocks)).toBe('committed');
      }
      const range = { metric: 'heart_rate', fromBucket: '2026-11-21', toBucket: '2026-11-21' };
      expect(await stores.blocks.listBlocks(scope, range)).toHaveLength(180);
      const read = await stores.blocks.readBlocks(scope, range, 10_000_000);
      expect([read.blocks.length, read.complete]).toEqual([180, true]);
    });

    test('P5 an erased user whose key is gone reads as without blocks', async () => {
      const scope = await stores.createUser();
      await commit(scope, 'r1', [storedBlock()]);
      await stores.vault.shred(scope);
      const range = { metric: 'heart_rate', fromBucket: '2026-11-21', toBucket: '2026-11-21' };
      expect(await stores.blocks.readBlocks(scope, range, 1_000)).toEqual({ blocks: [], complete: true });
    });
  });
}

/** Text of everything in an item, binary values read byte by byte. */
const textOf = (item: Record<string, unknown>): string =>
  JSON.stringify(item, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
