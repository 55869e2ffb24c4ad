import * as z from 'zod';
import { InstantText } from '../primitives/time.ts';
import { HLC } from '../sync/protocol.ts';
import { NextCursor, PageQuery } from './paging.ts';
import { DeviceId } from './sync.ts';

/**
 * A row as a plain resource. `data` is what devices hold of it, byte for byte the same fields; the entity tag
 * of one row is its version in quotes.
 */
export const Entity = z
  .object({
    id: z.string().meta({ description: 'A UUID, or `me` where the user has one row of the type' }),
    entityType: z.string().meta({ description: 'Plural, snake case', example: 'journal_entries' }),
    version: z.int().positive().meta({ description: 'Rises by one with each change' }),
    updatedAt: InstantText,
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Entity' });
export type Entity = z.infer<typeof Entity>;

export const ListEntitiesQuery = PageQuery;
export type ListEntitiesQuery = z.infer<typeof ListEntitiesQuery>;

export const ListEntitiesAnswer = z
  .object({ entities: z.array(Entity), nextCursor: NextCursor })
  .meta({ id: 'EntityList' });
export type ListEntitiesAnswer = z.infer<typeof ListEntitiesAnswer>;

/** The body of POST, PUT and PATCH. What is wrong with the values is `entity.invalid`, as of a push. */
export const WriteEntityRequest = z
  .strictObject({
    data: z.record(z.string(), z.unknown()).meta({
      description:
        'POST and PUT: the whole row. PATCH: the fields that change; sets whole or as {add, remove}, counters as {delta}',
    }),
    deviceId: DeviceId.optional().meta({ description: 'The device that edits; none: your server' }),
    hlc: z.string().regex(HLC).optional().meta({
      description: 'When it was edited, by the clock of the device; now when left out',
    }),
  })
  .meta({ id: 'WriteEntityRequest' });
export type WriteEntityRequest = z.infer<typeof WriteEntityRequest>;
