import * as z from 'zod';
import type { ParseChange } from '../../outbox/classify-record.ts';
import { parseChangeItem } from './change-item.ts';
import { parseUserPartition } from './core-keys.ts';
import type { Item } from './dynamo.ts';
import { parseAnnouncement } from './entity-announcement.ts';

const Partition = z.object({ pk: z.object({ S: z.string() }) });

/** An entry of either log of a user, from a stream's image of it. */
export const parseOutboxItem: ParseChange = (image, log) =>
  log === 'changes'
    ? parseChangeItem(image)
    : {
        scope: parseUserPartition(Partition.parse(image).pk.S),
        // A stream's image has the attribute values of the item, but for bytes, which are not read here.
        entry: parseAnnouncement(image as Item),
      };
