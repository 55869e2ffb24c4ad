import type { User as UserAnswer } from '../../contracts/http/users.ts';
import { toIso } from '../core/instants.ts';
import type { User } from './model.ts';

export const toUserAnswer = (user: User): UserAnswer => ({
  id: user.userId,
  externalId: user.externalId,
  email: user.profile.email ?? null,
  displayName: user.profile.displayName ?? null,
  timeZone: user.timeZone ?? null,
  createdAt: toIso(user.createdAtMs),
});
