import type { EntityDefinition } from '../entity.ts';
import { count, instant, name, optionalTo, quantity, required } from '../fields.ts';

const MOST_TOKENS = 1_000_000_000;

/** One use of a model. Made once, never changed: nothing to be in conflict about. */
export const aiUsageRecords: EntityDefinition = {
  type: 'ai_usage_records',
  order: 3,
  policy: 'append_only',
  onMissing: 'refuse',
  id: 'uuid',
  fields: {
    usedAt: required(instant()),
    feature: name(),
    model: name(),
    inputTokens: count(MOST_TOKENS),
    outputTokens: count(MOST_TOKENS),
    cost: quantity(0, 1_000_000),
  },
  references: { sessionId: optionalTo('sessions') },
  rules: [],
};
