import type { EntityDefinition } from '../entity.ts';
import { day, latest, name, note, quantity, Text } from '../fields.ts';

/** Who a user is, in one row. */
export const userProfile: EntityDefinition = {
  type: 'user_profile',
  order: 0,
  policy: 'merge',
  onMissing: 'create',
  id: 'me',
  fields: {
    displayName: name(),
    bio: note(),
    avatarUrl: latest(Text(2_000)),
    birthDate: day(),
    sex: name(),
    heightCm: quantity(0, 300),
    weightKg: quantity(0, 1_000),
    locale: name(),
    timeZone: name(),
  },
  references: {},
  rules: [],
};
