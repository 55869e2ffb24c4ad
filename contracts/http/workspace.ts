import * as z from 'zod';
import { KEY_REQUESTS_PER_MINUTE, MAX_REDIRECT_URI_COUNT, USER_REQUESTS_PER_MINUTE } from '../limits.ts';
import { idText, lineOf } from '../primitives/text.ts';
import { InstantText } from '../primitives/time.ts';
import { RequestsPerMinute } from './api-keys.ts';
import { PriorityOrders } from './priorities.ts';
import { ReturnAddress } from './return-address.ts';

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
    oauthRedirectUris: z.array(z.string()).meta({
      description: 'Where people may go after they consented at a provider, compared character by character',
    }),
    createdAt: InstantText,
    rebuildId: idText('rbd').optional().meta({
      description: 'After new priorities: the rebuild of all users, GET /v1/admin/rebuilds/{rebuildId}',
    }),
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
    oauthRedirectUris: z.array(ReturnAddress).max(MAX_REDIRECT_URI_COUNT).optional(),
  })
  .meta({ id: 'UpdateWorkspaceRequest' });
export type UpdateWorkspaceRequest = z.infer<typeof UpdateWorkspaceRequest>;
