import type { EntityDefinition } from '../entity.ts';
import { flag, instant, name, note, quantity, required } from '../fields.ts';

/** A product bought. One of each product is in use at most: the one that was last said to be. */
export const purchases: EntityDefinition = {
  type: 'purchases',
  order: 1,
  policy: 'merge',
  onMissing: 'create',
  id: 'uuid',
  fields: {
    purchasedAt: required(instant()),
    quantity: quantity(0, 1_000_000),
    unit: name(),
    cost: quantity(0, 1_000_000_000),
    pricePerUnit: quantity(0, 1_000_000_000),
    currency: name(),
    lossFactor: quantity(0, 1),
    isActive: flag(),
    finishedAt: instant(),
    notes: note(),
  },
  references: {
    productId: { to: 'products', mandatory: true, onDelete: 'restrict' },
  },
  rules: [{ kind: 'one_active', flag: 'isActive', per: 'productId' }],
};
