import { PageQuery } from '../../http/paging.ts';
import { PrivacySettings } from '../../http/privacy.ts';
import type { Operation } from '../../http/routes.ts';
import { CreateUserRequest, ListUsersAnswer, UpdateUserRequest, User } from '../../http/users.ts';
import { EXAMPLE_IDS, type OperationDoc } from '../operation-doc.ts';

const USER = {
  id: EXAMPLE_IDS.user,
  externalId: 'runner-7',
  email: 'ada@example.com',
  displayName: 'Ada',
  timeZone: 'America/New_York',
  createdAt: '2026-11-21T13:00:00.000Z',
};
const PRIVACY = { uploadEnabled: true, blockedMetrics: ['weight'] };

export const USER_OPERATIONS = {
  createUser: {
    group: 'Users',
    summary: 'Find or create a user',
    description:
      'By `externalId`, your own name for the user: 201 when it was made, 200 when it was there, which then stays as it was. For API keys: a user token reaches its own user alone.',
    body: {
      schema: CreateUserRequest,
      example: { externalId: 'runner-7', displayName: 'Ada', timeZone: 'America/New_York' },
    },
    answers: {
      200: { description: 'The user was there', schema: User, example: USER },
      201: { description: 'The user was made', schema: User, example: USER },
    },
    problems: [],
  },
  listUsers: {
    group: 'Users',
    summary: 'The users of the workspace',
    description: 'In the order of their ids, which is the order in which they were made. For API keys alone.',
    query: PageQuery,
    answers: {
      200: {
        description: 'A page',
        schema: ListUsersAnswer,
        example: { users: [USER], nextCursor: null },
      },
    },
    problems: ['request.bad_cursor'],
  },
  getUser: {
    group: 'Users',
    summary: 'One user',
    description: '`me` is the user of the token.',
    answers: { 200: { description: 'The user', schema: User, example: USER } },
    problems: [],
  },
  updateUser: {
    group: 'Users',
    summary: 'Change a user',
    description:
      'What is not named stays, null removes. The zone is used only for samples that carry no offset.',
    body: { schema: UpdateUserRequest, example: { timeZone: 'Europe/Berlin' } },
    answers: {
      200: {
        description: 'The user as it is now',
        schema: User,
        example: { ...USER, timeZone: 'Europe/Berlin' },
      },
    },
    problems: ['user.conflict'],
  },
  deleteUser: {
    group: 'Users',
    summary: 'Erase a user',
    description:
      "Ends the user's grants at the providers, as far as they answer within seconds. Then destroys the user's data key, which makes every copy unreadable at once, then removes what it sealed. Cannot be undone. The externalId is free again, for a new user with a new id.",
    answers: { 204: { description: 'Erased' } },
    problems: ['user.conflict'],
  },
  getPrivacy: {
    group: 'Users',
    summary: 'What the user lets in',
    description: 'Everything, before it was ever set.',
    answers: { 200: { description: 'The settings', schema: PrivacySettings, example: PRIVACY } },
    problems: [],
  },
  putPrivacy: {
    group: 'Users',
    summary: 'Set what the user lets in',
    description:
      'Holds for every write that commits after it: uploads that are under way look again. With uploads off a batch is refused whole; samples of a blocked metric are refused one by one, and it cannot be read.',
    body: { schema: PrivacySettings, example: PRIVACY },
    answers: {
      200: { description: 'The settings as they are now', schema: PrivacySettings, example: PRIVACY },
    },
    problems: ['user.conflict'],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
