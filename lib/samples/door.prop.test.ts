import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { MemorySampleStore } from '../../test/support/memory-sample-store.ts';
import type { EpochMs } from '../core/instants.ts';
import { silentMeter } from '../observability/metrics.ts';
import { AppError } from '../problems/app-error.ts';
import { ingestSamples } from './ingest-samples.ts';
import type { IngestCounts } from './model.ts';
import { parseJson } from './parse-request.ts';

const SEED = { seed: 20_261_121, numRuns: 1_000 };
const NOW_MS = Date.parse('2026-11-21T12:00:00Z') as EpochMs;
const scope = {
  workspaceId: 'ws_00000000000000000000000001' as WorkspaceId,
  userId: 'usr_00000000000000000000000001' as UserId,
};

async function send(store: MemorySampleStore, text: string) {
  const outside = {
    store,
    reader: store,
    payloads: store,
    queue: store,
    meter: silentMeter,
    clock: { now: () => NOW_MS, sleep: async () => {} },
    randomness: { bytes: (count: number) => new Uint8Array(count) },
  };
  const body = Buffer.from(text);
  const call = { scope, body, json: parseJson(body), correlationId: 'c', nowMs: NOW_MS };
  return await ingestSamples(outside, call);
}

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    1e308,
    -0,
    2 ** 53,
    '__proto__',
    'constructor',
    '2026-11-20T10:00:00Z',
    'w',
    'steps',
    '%',
    null,
  ),
);
const overridden = (base: Record<string, unknown>) =>
  fc
    .dictionary(fc.constantFrom(...Object.keys(base)), odd, { maxKeys: 2 })
    .map((changes) => ({ ...base, ...changes }));
const sampleArbitrary = overridden({
  source: 'w',
  metric: 'heart_rate',
  start: '2026-11-20T10:00:00+01:00',
  end: '2026-11-20T10:01:00+01:00',
  value: 61,
  unit: 'bpm',
  category: undefined,
  zoneOffsetMinutes: 60,
  recordId: 'a',
  revision: 1,
});
const deletionArbitrary = overridden({
  source: 'w',
  metric: 'heart_rate',
  recordId: 'a',
  start: '2026-11-20T10:00:00+01:00',
  end: undefined,
  from: '2026-11-20T00:00:00Z',
  to: '2026-11-21T00:00:00Z',
  revision: 2,
});
const batchArbitrary = fc
  .record({
    samples: fc.oneof(
      { weight: 20, arbitrary: fc.array(sampleArbitrary, { maxLength: 5 }) },
      { weight: 1, arbitrary: odd },
    ),
    deletions: fc.oneof(
      { weight: 20, arbitrary: fc.array(deletionArbitrary, { maxLength: 3 }) },
      { weight: 1, arbitrary: odd },
    ),
    sources: fc.oneof(
      { weight: 20, arbitrary: fc.constant({ w: { provider: 'garmin' } }) },
      { weight: 1, arbitrary: overridden({ w: { provider: 'x' }, __proto__x: 1 }) },
    ),
  })
  .chain((batch) => overridden({ requestId: 'r', origin: 'live', payloadHash: undefined, ...batch }));

test('ING7 whatever a batch holds, it is answered, or refused by name with nothing stored', async () => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(batchArbitrary, async (batch) => {
      const store = new MemorySampleStore();
      try {
        const answer = await send(store, JSON.stringify(batch));
        const { counts } = JSON.parse(answer.body) as { readonly counts: IngestCounts };
        const itemCount = [batch['samples'], batch['deletions']]
          .flat()
          .filter((item) => item !== null && item !== undefined).length;
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(itemCount);
        expect(answer.status).toBe(counts.refused > 0 ? 207 : 200);
        answered += 1;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        expect(error.status).toBeLessThan(500);
        expect([...store.blocks, ...store.ledgers]).toEqual([]);
      }
    }),
    SEED,
  );
  expect(answered).toBeGreaterThan(200);
});

test('ING7 any JSON at all is refused by name with nothing stored', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), async (text) => {
      const store = new MemorySampleStore();
      await expect(send(store, text)).rejects.toBeInstanceOf(AppError);
      expect([...store.blocks, ...store.ledgers]).toEqual([]);
    }),
    SEED,
  );
});
