import * as z from 'zod/mini';
import type { EntityDefinition } from '../entity.ts';
import { flag, instant, name, note, optionalTo, quantity } from '../fields.ts';

const MOST = 1_000_000;

/** What is left of something. Uses are deltas: two devices that each take some have both taken it. */
export const inventoryItems: EntityDefinition = {
  type: 'inventory_items',
  order: 2,
  policy: 'merge',
  onMissing: 'create',
  id: 'uuid',
  fields: {
    quantityInitial: quantity(0, MOST),
    quantityRemaining: {
      // Below zero where more was taken than was thought to be there.
      schema: z.number().check(z.minimum(-MOST), z.maximum(MOST)),
      policy: { kind: 'counter' },
    },
    unit: name(),
    batch: name(),
    expiresAt: instant(),
    isActive: flag(),
    notes: note(),
  },
  references: {
    productId: { to: 'products', mandatory: true, onDelete: 'cascade' },
    purchaseItemId: optionalTo('purchases'),
  },
  rules: [],
};
