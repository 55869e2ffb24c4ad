import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RequestId, SourceId, UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { DAY_MS, type EpochMs, localDateOf } from '../../core/instants.ts';
import { systemRandomness } from '../../core/randomness.ts';
import type { ChangeEntry } from '../../outbox/model.ts';
import { blockName, DEVICE_TYPES, type Head, type Ledger, type StoredBlock } from '../../samples/model.ts';
import { fromBlockItem, fromSummaryItem, toBlockItem } from './block-item.ts';
import { parseChangeItem, toChangeItem } from './change-item.ts';
import { fromHeadItem, toHeadItem } from './head-item.ts';
import { fromLedgerItem, toLedgerItem } from './ledger-item.ts';

const seeded = { seed: 20_261_121 };
const scope = { workspaceId: 'ws_1' as WorkspaceId, userId: 'usr_1' as UserId };
const key = { id: new Uint8Array([1, 2, 3, 4]), secret: new Uint8Array(32).fill(5) };

const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/);
const whole = fc.nat(2_000_000_000);
const instant = fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 }).map((ms) => ms as EpochMs);
const date = instant.map((ms) => localDateOf(ms, 0));
const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const sourceId = fc.stringMatching(/^[0-9a-z]{13}$/).map((id) => id as SourceId);
const ref = fc.record({
  metric: word,
  bucket: fc.oneof(
    date.map((day) => day.slice(0, 7)),
    date,
    date.map((day) => `${day}T13`),
  ),
  sourceId,
  part: fc.oneof(fc.constant(''), word),
});

const block: fc.Arbitrary<StoredBlock> = fc.record({
  ref,
  version: fc.integer({ min: 1, max: 1_000_000 }),
  seq: whole,
  count: whole,
  firstMs: fc.option(instant, { nil: undefined }),
  lastMs: fc.option(instant, { nil: undefined }),
  daySeqs: fc.dictionary(date, whole, { maxKeys: 40 }),
  parts: fc.uniqueArray(word, { maxLength: 20 }),
  payload: fc.uint8Array({ maxLength: 500 }),
});

test('ING1 a block comes back from its item as it was, with and without its payload', () => {
  fc.assert(
    fc.property(block, (stored) => {
      const item = toBlockItem(scope, stored, key, systemRandomness);
      expect(fromBlockItem(scope, stored.ref.metric, item, key)).toEqual(stored);
      const { payload: _payload, ...summary } = stored;
      expect(fromSummaryItem(stored.ref.metric, item)).toEqual(summary);
    }),
    seeded,
  );
});

const source = fc
  .record(
    {
      sourceId,
      provider: word,
      device: fc
        .record(
          { manufacturer: text, model: text, type: fc.constantFrom(...DEVICE_TYPES) },
          { requiredKeys: [] },
        )
        .filter((device) => Object.keys(device).length > 0),
      app: text,
    },
    { requiredKeys: ['sourceId', 'provider'] },
  )
  .map((made) => [made.sourceId, made] as const);
const seriesCount = fc.record({ count: whole, units: fc.dictionary(word, whole, { maxKeys: 3 }) });
const head: fc.Arbitrary<Head> = fc.record({
  seq: whole,
  settingsVersion: whole,
  timeZone: fc.constantFrom(undefined, 'Europe/Berlin'),
  privacy: fc.record({ uploadEnabled: fc.boolean(), blockedMetrics: fc.array(word) }),
  priorities: fc.record({
    orders: fc.dictionary(word, fc.array(word)),
    changedAt: fc.dictionary(word, whole),
  }),
  erasedAtMs: fc.option(instant, { nil: undefined }),
  series: fc.dictionary(word, fc.dictionary(sourceId, seriesCount)),
  sources: fc.array(source).map((pairs) => Object.fromEntries(pairs)),
});

test('ING9 a head comes back from its item as it was', () => {
  fc.assert(
    fc.property(head, (stored) => {
      expect(fromHeadItem(toHeadItem(scope, stored))).toEqual(stored);
    }),
    seeded,
  );
});

const base = {
  seq: fc.integer({ min: 1, max: 999_999_999_999 }),
  committedAtMs: instant,
  correlationId: text,
};
const change = fc
  .record({ ref, version: whole, fromMs: instant, spanMs: whole, dates: fc.array(date, { minLength: 1 }) })
  .map(({ ref: place, version, fromMs, spanMs, dates }) => ({
    metric: place.metric,
    sourceId: place.sourceId,
    block: blockName(place),
    version,
    fromMs,
    toMs: fromMs + spanMs,
    dates,
    counts: { added: version, updated: 0, deleted: spanMs },
  }));
const entry: fc.Arbitrary<ChangeEntry> = fc.oneof(
  fc.record({
    ...base,
    kind: fc.constant('samples' as const),
    requestId: text,
    origin: fc.constantFrom('live' as const, 'backfill' as const, 'import' as const),
    changes: fc.array(change, { maxLength: 5 }),
  }),
  fc.record({ ...base, kind: fc.constant('priorities' as const), metrics: fc.array(word) }),
  fc.record({
    ...base,
    kind: fc.constant('records' as const),
    origin: fc.constantFrom('live' as const, 'backfill' as const),
    changes: fc.array(
      fc.record({
        kind: fc.constantFrom('sleep' as const, 'workout' as const),
        recordId: word,
        change: fc.constantFrom('created' as const, 'updated' as const, 'deleted' as const),
        version: fc.integer({ min: 1, max: 9 }),
        provider: word,
        fromMs: instant,
        toMs: instant,
        dates: fc.array(word, { minLength: 1, maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({
    ...base,
    kind: fc.constant('connection' as const),
    connectionId: word,
    provider: word,
    status: fc.constantFrom('connected' as const, 'needs_reauth' as const, 'disconnected' as const),
    reason: word,
  }),
  fc.record({
    ...base,
    kind: fc.constant('backfill' as const),
    connectionId: word,
    provider: word,
    syncId: word,
    dataType: word,
    status: fc.constantFrom('succeeded' as const, 'failed' as const, 'skipped' as const),
    fromMs: instant,
    toMs: instant,
    counts: fc.constant({ fetched: 5, accepted: 1, updated: 2, duplicate: 2, refused: 0 }),
  }),
  fc.record({
    ...base,
    kind: fc.constant('workout_decision' as const),
    groupId: word,
    decision: fc.constantFrom('keep_both' as const, 'primary' as const, 'automatic' as const),
    primaryId: word,
    recordIds: fc.array(word, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ ...base, kind: fc.constant('erasure' as const), erasedAtMs: instant }),
);

test('OBX1 a change entry comes back from its item, also when the stream gives it as JSON', () => {
  fc.assert(
    fc.property(entry, (stored) => {
      const item = toChangeItem(scope, stored);
      expect(parseChangeItem(item)).toEqual({ scope, entry: stored });
      expect(parseChangeItem(JSON.parse(JSON.stringify(item)))).toEqual({ scope, entry: stored });
    }),
    seeded,
  );
});

test('OBX5 an image that is no change entry is refused, whatever is wrong with it', () => {
  const item = toChangeItem(scope, {
    kind: 'priorities',
    seq: 1,
    committedAtMs: 0 as EpochMs,
    correlationId: 'c',
    metrics: [],
  });
  for (const broken of [
    { pk: { S: 'W#ws_1' } },
    { sk: { S: 'HEAD' } },
    { sk: { S: 'CHANGE#x' } },
    { body: { S: '{' } },
    { body: { S: '{"kind":"other"}' } },
    { body: undefined },
    { at: { S: '1' } },
  ]) {
    expect(() => parseChangeItem({ ...item, ...broken }), JSON.stringify(broken)).toThrow();
  }
});

const rowBase = { payloadHash: word, expiresAtMs: whole.map((sec) => ((sec + 1) * 1_000) as EpochMs) };
const ledger: fc.Arbitrary<Ledger> = fc.oneof(
  fc.record({
    ...rowBase,
    state: fc.constant('answered' as const),
    status: fc.constantFrom(200 as const, 207 as const),
    answer: fc.oneof(fc.record({ inline: text }), fc.record({ payloadKey: word })),
  }),
  fc.record({ ...rowBase, state: fc.constant('queued' as const), payloadKey: word }),
  fc.record({
    ...rowBase,
    state: fc.constant('running' as const),
    payloadKey: fc.option(word, { nil: undefined }),
    next: whole,
    progress: text,
  }),
);

test('ING6 a ledger row comes back until the millisecond it expires at', () => {
  const place = { scope, requestId: 'r' as RequestId };
  fc.assert(
    fc.property(ledger, (row) => {
      const item = toLedgerItem(place, row, key, systemRandomness);
      const justBefore = (row.expiresAtMs - 1) as EpochMs;
      expect(fromLedgerItem(place, item, key, justBefore)).toEqual(row);
      expect(fromLedgerItem(place, item, key, row.expiresAtMs)).toBeUndefined();
      expect(fromLedgerItem(place, item, key, (row.expiresAtMs + DAY_MS) as EpochMs)).toBeUndefined();
    }),
    seeded,
  );
});
