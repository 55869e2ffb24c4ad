import type { EntityDefinition } from '../entity.ts';
import { entries, flag, name } from '../fields.ts';

/** How a user wants it, in one row. What an app adds of its own goes into `preferences`, by key. */
export const userSettings: EntityDefinition = {
  type: 'user_settings',
  order: 0,
  policy: 'merge',
  onMissing: 'create',
  id: 'me',
  fields: {
    theme: name(),
    units: name(),
    language: name(),
    notificationsEnabled: flag(),
    analyticsEnabled: flag(),
    reminderTime: name(),
    preferences: entries(200, 1_000),
  },
  references: {},
  rules: [],
};
