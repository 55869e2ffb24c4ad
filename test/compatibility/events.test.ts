import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { describe, expect, test } from 'vitest';
import { eventSchema } from '../../contracts/description/published-files.ts';
import { EVENT_CATALOG, EVENT_TYPES, type EventType } from '../../contracts/events/catalog.ts';

/**
 * SHA-256 over the canonical JSON Schema of each event. A hash that moved means that the shape moved: an
 * event that others rely on gets a new version instead, and its old one stays. Only a change that no
 * consumer can see may write a new hash here.
 */
const PINNED: Readonly<Record<EventType, string>> = {
  'samples.changed.v1': '65b8c0eddc9b8570c9d62d6002606ea90c34427f51eeff0788b1b681f183f225',
  'priorities.changed.v1': '90c9e44e1deda78980c38bf0f6a4e89ba694959146f56f73fdb4dabb531da479',
  'user.erased.v1': '7ef18c9f3c233c409faf2776f981ce77fcbb0b54ef26b36cd45f61550722da74',
  'records.changed.v1': 'bbdc2a96f1fe4e4c58a03cf2838ba95b1baa7b1a552b0f08eaf3224f5dc82e00',
  'connection.changed.v1': '177aeed2044af569e376576cf93a0535f71901bf00df55a11c13eda9542ca5d9',
  'backfill.completed.v1': '84f6804aea16d25cbc6d4be784680c0da02fb6c3261387d8fda18f5f94684db8',
  'workout.decided.v1': 'abc4c67ee795f15a7f5dddab9c3d1d349ec80c9ea954647397070956fb521087',
  'sync.changed.v1': 'b60a662da9a5d8678f295423bdb2f8c78a120933e1a386be9f41fa10c0b8b1fa',
};

const frozenFolder = join(import.meta.dirname, 'frozen');
const frozen = (type: EventType): Record<string, unknown> =>
  JSON.parse(readFileSync(join(frozenFolder, `${type}.json`), 'utf8'));

interface Mutilation {
  readonly type: EventType;
  readonly field: string;
}
/** Every event with one of its fields taken away. */
const mutilations: readonly Mutilation[] = EVENT_TYPES.flatMap((type) =>
  Object.keys(frozen(type)).map((field) => ({ type, field })),
);

describe('events', () => {
  test('every event has a frozen example, and every example its event', () => {
    expect(readdirSync(frozenFolder).sort()).toEqual(EVENT_TYPES.map((type) => `${type}.json`).sort());
  });

  test.each(EVENT_TYPES)('OBX3 the frozen %s still parses, whole', (type) => {
    expect(EVENT_CATALOG[type].parse(frozen(type))).toEqual(frozen(type));
  });

  test.each(EVENT_TYPES)(
    'OBX3 %s from a newer producer, with fields that are not known here, parses',
    (type) => {
      expect(
        EVENT_CATALOG[type].safeParse({ ...frozen(type), addedLater: { by: 'a newer producer' } }).success,
      ).toBe(true);
    },
  );

  test.each(mutilations)('$type without $field is refused', ({ type, field }: Mutilation) => {
    const { [field]: _, ...rest } = frozen(type);
    expect(EVENT_CATALOG[type].safeParse(rest).success).toBe(false);
  });

  test.each(EVENT_TYPES)('the schema of %s is the one that its version was published with', (type) => {
    const canonical = canonicalize(eventSchema(type)) ?? '';
    expect(createHash('sha256').update(canonical).digest('hex')).toBe(PINNED[type]);
  });
});
