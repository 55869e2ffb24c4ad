import type { EntityDefinition } from '../entity.ts';
import { flag, name, note, required, serverDerived, texts } from '../fields.ts';

/** What a user takes. Rows of the public catalogue travel in their own lane: no client makes one public. */
export const products: EntityDefinition = {
  type: 'products',
  order: 0,
  policy: 'merge',
  onMissing: 'create',
  id: 'uuid',
  fields: {
    name: required(name()),
    description: note(),
    brand: name(),
    type: name(),
    effects: texts(50, 100),
    medicalUses: texts(50, 100),
    flavors: texts(50, 100),
    sideEffects: texts(50, 100),
    isPublic: serverDerived(flag()),
  },
  references: {},
  rules: [],
};
