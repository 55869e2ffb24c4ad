import type { EntityDefinition } from '../entity.ts';
import { flag, instant, note, optionalTo, quantity, required } from '../fields.ts';

const DAY_MS = 86_400_000;

/** One time that a user took something. */
export const consumptions: EntityDefinition = {
  type: 'consumptions',
  order: 3,
  policy: 'merge',
  onMissing: 'create',
  id: 'uuid',
  fields: {
    consumedAt: required(instant()),
    durationMs: quantity(0, DAY_MS),
    quantity: quantity(0, 1_000_000),
    estimatedMg: quantity(0, 1_000_000_000),
    intensity: quantity(0, 10),
    notes: note(),
    isJournaled: flag(),
  },
  references: {
    productId: optionalTo('products'),
    purchaseId: optionalTo('purchases'),
    deviceId: optionalTo('devices'),
    sessionId: { ...optionalTo('sessions'), policy: { kind: 'server_wins' } },
  },
  rules: [],
};
