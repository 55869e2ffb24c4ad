import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { hlcAt, NOW_MS } from '../../../test/support/entity-arbitraries.ts';
import { samples } from '../../../test/support/sample-entity.ts';
import { CHANGE_FAILURES } from './row.ts';
import { type RawChange, validateChange } from './validate-change.ts';

const SCHEMA = { protocolVersion: 1, entities: new Map([['samples', samples], ...SYNC_SCHEMA.entities]) };
const RAW: RawChange = { entityType: 'samples', id: 'r1', op: 'update', data: {}, hlc: hlcAt(NOW_MS, 'd') };
const validate = (raw: Partial<RawChange>) => validateChange(SCHEMA, { ...RAW, ...raw }, { nowMs: NOW_MS });

test.each<[string, Partial<RawChange>]>([
  ['sync.unknown_entity_type', { entityType: 'nothing' }],
  ['sync.unknown_entity_type', { entityType: 'constructor' }],
  ['sync.invalid_id', { id: '' }],
  ['sync.invalid_id', { id: 'a b' }],
  ['sync.invalid_id', { id: 'a/b' }],
  ['sync.invalid_id', { id: 'x'.repeat(129) }],
  ['sync.invalid_id', { id: 'me' }],
  ['sync.invalid_id', { entityType: 'user_settings', id: 'other' }],
  ['sync.invalid_clock', { hlc: 'yesterday' }],
  ['sync.invalid_data', { baseVersion: -1 }],
  ['sync.invalid_data', { baseVersion: 1.5 }],
  ['sync.invalid_data', { data: undefined }],
  ['sync.unknown_field', { data: { colour: 'red' } }],
  ['sync.unknown_field', { data: { constructor: 1 } }],
  ['sync.unknown_field', { data: JSON.parse('{"__proto__":1}') }],
  ['sync.invalid_data', { data: { name: 5 } }],
  ['sync.invalid_data', { data: { name: null } }],
  ['sync.invalid_data', { data: { name: 'x'.repeat(21) } }],
  ['sync.invalid_data', { op: 'create', data: { local: 'x' } }],
  ['sync.invalid_data', { data: { status: 'constructor' } }],
  ['sync.invalid_data', { data: { tags: 'a' } }],
  ['sync.invalid_data', { data: { tags: [1] } }],
  ['sync.invalid_data', { data: { tags: ['a', 'b', 'c', 'd'] } }],
  ['sync.invalid_data', { data: { tags: { add: ['a'], drop: ['b'] } } }],
  ['sync.invalid_data', { data: { tags: { add: 'a' } } }],
  ['sync.invalid_data', { data: { tags: { remove: ['x'.repeat(21)] } } }],
  ['sync.invalid_data', { data: { left: '1' } }],
  ['sync.invalid_data', { data: { left: 1e9 } }],
  ['sync.invalid_data', { data: { left: { delta: 1e9 } } }],
  ['sync.invalid_data', { data: { left: { delta: 'x' } } }],
  ['sync.invalid_data', { data: { left: { delta: 1, more: 1 } } }],
  ['sync.invalid_data', { data: { marks: [1] } }],
  ['sync.invalid_data', { data: { marks: { a: 'x' } } }],
  ['sync.invalid_data', { data: { marks: { a: 1, b: 1, c: 1 } } }],
  ['sync.invalid_data', { data: { free: nested(40) } }],
  ['sync.row_too_large', { data: { free: 'x'.repeat(64_000) } }],
  ['sync.invalid_data', { entityType: 'consumptions', data: { productId: 'a b' } }],
  [
    'sync.invalid_data',
    { entityType: 'purchases', op: 'create', data: { purchasedAt: '2026-11-21T13:00:00Z' } },
  ],
  ['sync.invalid_data', { entityType: 'purchases', data: { productId: null } }],
  ['sync.invalid_data', { entityType: 'goals', data: { startsAt: 'yesterday' } }],
])('SYN2 %s is said of one change alone: case %#', (code, raw) => {
  const answer = validate(raw);
  expect(answer).toMatchObject({ ok: false, failure: { code } });
});

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let index = 0; index < depth; index += 1) value = [value];
  return value;
}

test('SYN2 what is right is taken in its plainest form', () => {
  const answer = validate({
    baseVersion: 3,
    data: {
      name: 'n',
      local: null,
      tags: { add: ['a', 'a'], remove: ['b'] },
      left: { delta: 0.1234567 },
      marks: { a: null, b: 2 },
      derived: 7,
    },
  });
  expect(answer).toEqual({
    ok: true,
    value: {
      entity: samples,
      id: 'r1',
      change: {
        op: 'update',
        baseVersion: 3,
        hlc: RAW.hlc,
        data: {
          name: 'n',
          local: null,
          tags: { add: ['a'], remove: ['b'] },
          left: { delta: 0.123457 },
          marks: { a: null, b: 2 },
        },
      },
    },
  });
  expect(validate({ op: 'delete', data: { colour: 'red' } })).toMatchObject({
    value: { change: { data: {} } },
  });
  expect(validate({ data: { tags: ['b', 'a', 'b'] } })).toMatchObject({
    value: { change: { data: { tags: ['b', 'a'] } } },
  });
});

test('SYN28 clocks years behind are fine, and those ahead are bounded', () => {
  expect(validate({ hlc: hlcAt(1_000, 'd') })).toMatchObject({
    value: { change: { hlc: hlcAt(1_000, 'd') } },
  });
  expect(validate({ hlc: hlcAt(NOW_MS * 2, 'd') })).toMatchObject({
    value: { change: { hlc: hlcAt(NOW_MS, 'd') } },
  });
});

test('SYN2 whatever is sent gets an answer, and no message repeats a value', () => {
  const secret = 'S3CRET';
  const anyValue = fc.oneof(
    fc.anything({ maxDepth: 3, withBigInt: false }),
    fc.constantFrom(secret, [secret], { add: [secret, 1] }, { delta: secret }, { [secret]: secret }),
  );
  const fields = [...Object.keys(samples.fields), 'sessionId', 'productId', 'title', 'reactions'];
  const raw = fc.record({
    entityType: fc.constantFrom(...SCHEMA.entities.keys()),
    id: fc.oneof(fc.constantFrom('me', 'r1'), fc.string()),
    op: fc.constantFrom('create' as const, 'update' as const, 'delete' as const),
    baseVersion: fc.option(fc.double(), { nil: undefined }),
    data: fc.option(fc.dictionary(fc.constantFrom(...fields), anyValue), { nil: undefined }),
    hlc: fc.oneof(fc.constant(RAW.hlc), fc.string()),
  });
  fc.assert(
    fc.property(raw, (change) => {
      const answer = validateChange(SCHEMA, JSON.parse(JSON.stringify(change)), { nowMs: NOW_MS });
      if (answer.ok) return;
      expect(Object.keys(CHANGE_FAILURES)).toContain(answer.failure.code);
      expect(answer.failure.message).not.toContain(secret);
    }),
    { seed: 20_261_121, numRuns: 500 },
  );
});
