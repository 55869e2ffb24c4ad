import * as z from 'zod/mini';
import type { EntityDefinition } from '../entity.ts';
import {
  count,
  instant,
  note,
  optionalTo,
  quantity,
  required,
  serverDerived,
  serverWins,
} from '../fields.ts';

/** Running ones may go back and forth; one that ended stays as it ended first. */
const RANKS = { ACTIVE: 0, PAUSED: 0, COMPLETED: 1, CANCELLED: 1 };
const MAX_DURATION_MS = 366 * 86_400_000;

/** A stretch of time in which a user consumes. */
export const sessions: EntityDefinition = {
  type: 'sessions',
  order: 2,
  policy: 'merge',
  onMissing: 'create',
  id: 'uuid',
  fields: {
    startedAt: required(serverWins(instant())),
    endedAt: serverWins(instant()),
    status: {
      schema: z.enum(['ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED']),
      policy: { kind: 'monotonic', ranks: RANKS },
    },
    notes: note(),
    eventCount: serverDerived(count(1_000_000)),
    totalDurationMs: serverDerived(quantity(0, MAX_DURATION_MS)),
  },
  references: {
    deviceId: optionalTo('devices'),
    purchaseId: optionalTo('purchases'),
    primaryProductId: optionalTo('products'),
  },
  rules: [
    { kind: 'tally', field: 'eventCount', of: 'consumptions', by: 'sessionId' },
    { kind: 'tally', field: 'totalDurationMs', of: 'consumptions', by: 'sessionId', sum: 'durationMs' },
  ],
};
