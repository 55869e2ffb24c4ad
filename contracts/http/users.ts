import * as z from 'zod';
import { idText, lineOf } from '../primitives/text.ts';
import { InstantText, TimeZone } from '../primitives/time.ts';
import { NextCursor } from './paging.ts';

const Email = z.email().max(254);
const DisplayName = lineOf(200);

/** Find or create by `externalId`; what is found stays as it is. */
export const CreateUserRequest = z
  .strictObject({
    externalId: lineOf(256).meta({ description: "Your own name for the user; a token's subject" }),
    email: Email.optional(),
    displayName: DisplayName.optional(),
    timeZone: TimeZone.optional(),
  })
  .meta({ id: 'CreateUserRequest' });
export type CreateUserRequest = z.infer<typeof CreateUserRequest>;

/** What is not named stays; null removes. */
export const UpdateUserRequest = z
  .strictObject({
    email: Email.nullable().optional(),
    displayName: DisplayName.nullable().optional(),
    timeZone: TimeZone.nullable().optional(),
  })
  .meta({ id: 'UpdateUserRequest' });
export type UpdateUserRequest = z.infer<typeof UpdateUserRequest>;

export const User = z
  .object({
    id: idText('usr'),
    externalId: z.string(),
    email: z.string().nullable(),
    displayName: z.string().nullable(),
    timeZone: z.string().nullable(),
    createdAt: InstantText,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

export const ListUsersAnswer = z
  .object({ users: z.array(User), nextCursor: NextCursor })
  .meta({ id: 'UserList' });
export type ListUsersAnswer = z.infer<typeof ListUsersAnswer>;
