import * as z from 'zod';
import { idText, lineOf } from '../primitives/text.ts';
import { InstantText } from '../primitives/time.ts';
import { RequestsPerMinute } from './api-keys.ts';
import { PriorityOrders } from './priorities.ts';

export const Workspace = z
  .object({
    id: idText('ws'),
    name: z.string(),
    priorities: PriorityOrders,
    requestsPerMinute: z.int().meta({ description: 'For keys that name no rate of their own' }),
    createdAt: InstantText,
  })
  .meta({ id: 'Workspace' });
export type Workspace = z.infer<typeof Workspace>;

/** What is not named stays. */
export const UpdateWorkspaceRequest = z
  .strictObject({
    name: lineOf(100).optional(),
    priorities: PriorityOrders.optional(),
    requestsPerMinute: RequestsPerMinute.optional(),
  })
  .meta({ id: 'UpdateWorkspaceRequest' });
export type UpdateWorkspaceRequest = z.infer<typeof UpdateWorkspaceRequest>;
