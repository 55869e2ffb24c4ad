import type { EntityDefinition } from '../entity.ts';
import { instant, name, note, quantity, required } from '../fields.ts';

const MOST = 1_000_000_000;

/** What a user is after. Progress that two devices saw at once is the further one. */
export const goals: EntityDefinition = {
  type: 'goals',
  order: 0,
  policy: 'merge',
  onMissing: 'create',
  id: 'uuid',
  fields: {
    name: required(name()),
    type: name(),
    metricType: name(),
    target: quantity(-MOST, MOST),
    current: quantity(-MOST, MOST),
    progress: { ...quantity(0, MOST), policy: { kind: 'max_value' } },
    startsAt: instant(),
    endsAt: instant(),
    status: name(),
    notes: note(),
  },
  references: {},
  rules: [],
};
