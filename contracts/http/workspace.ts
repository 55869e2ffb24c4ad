import * as z from 'zod';
import { KEY_REQUESTS_PER_MINUTE, USER_REQUESTS_PER_MINUTE } from '../limits.ts';
import { idText, lineOf } from '../primitives/text.ts';
import { InstantText } from '../primitives/time.ts';
import { RequestsPerMinute } from './api-keys.ts';
import { PriorityOrders } from './priorities.ts';

export const Workspace = z
  .object({
    id: idText('ws'),
    name: z.string(),
    priorities: PriorityOrders,
    requestsPerMinute: z.int().meta({
      description: `For each key that names no rate of its own; ${KEY_REQUESTS_PER_MINUTE} unless set`,
    }),
    userRequestsPerMinute: z
      .int()
      .meta({ description: `For each user token; ${USER_REQUESTS_PER_MINUTE} unless set` }),
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
    userRequestsPerMinute: RequestsPerMinute.optional(),
  })
  .meta({ id: 'UpdateWorkspaceRequest' });
export type UpdateWorkspaceRequest = z.infer<typeof UpdateWorkspaceRequest>;
