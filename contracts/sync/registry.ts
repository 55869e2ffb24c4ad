// Written by `npm run contracts` from the files of contracts/sync/entities: do not edit.
import { aiUsageRecords } from './entities/ai-usage-records.ts';
import { consumptions } from './entities/consumptions.ts';
import { devices } from './entities/devices.ts';
import { goals } from './entities/goals.ts';
import { inventoryItems } from './entities/inventory-items.ts';
import { journalEntries } from './entities/journal-entries.ts';
import { products } from './entities/products.ts';
import { purchases } from './entities/purchases.ts';
import { sessions } from './entities/sessions.ts';
import { userProfile } from './entities/user-profile.ts';
import { userSettings } from './entities/user-settings.ts';
import type { EntityDefinition, SyncSchema } from './entity.ts';
import { PROTOCOL_VERSION } from './protocol.ts';

/** Every entity that syncs, in the order of their names. */
export const ENTITIES: readonly EntityDefinition[] = [
  aiUsageRecords,
  consumptions,
  devices,
  goals,
  inventoryItems,
  journalEntries,
  products,
  purchases,
  sessions,
  userProfile,
  userSettings,
];

export const SYNC_SCHEMA: SyncSchema = {
  protocolVersion: PROTOCOL_VERSION,
  entities: new Map(ENTITIES.map((entity) => [entity.type, entity])),
};
