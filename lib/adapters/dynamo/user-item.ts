import * as z from 'zod';
import { UserId } from '../../../contracts/primitives/ids.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { UserScope } from '../../samples/model.ts';
import { EMPTY_PROFILE, type User, type UserProfile } from '../../users/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import { parseUserPartition, userKey, userPartition } from './core-keys.ts';
import { B, type Item, N, numberOf, optionalNumberOf, optionalStringOf, S, stringOf } from './dynamo.ts';

const Profile = z.object({ email: z.string().optional(), displayName: z.string().optional() });

/** Binds a sealed profile to its user and version: one that is moved or put back does not open. */
const aadOf = (scope: UserScope, version: number): string => `${userPartition(scope)}|USER|${version}`;

export const hasProfile = ({ email, displayName }: UserProfile): boolean =>
  email !== undefined || displayName !== undefined;

export function sealProfile(
  scope: UserScope,
  profile: UserProfile,
  { key, version, randomness }: { key: DataKey; version: number; randomness: Randomness },
): Item[string] {
  return B(seal(Buffer.from(JSON.stringify(profile)), key, aadOf(scope, version), randomness));
}

/** `profile` is sealed already; absent for a user without one. The time zone lies on the head. */
export const toUserItem = (scope: UserScope, user: User, profile: Item[string] | undefined): Item => ({
  ...userKey(scope),
  externalId: S(user.externalId),
  createdAt: N(user.createdAtMs),
  version: N(user.version),
  ...(profile === undefined ? {} : { profile }),
});

/** Undefined for an erased user's head. A profile whose key is shredded reads as none. */
export function fromUserItems(
  item: Item,
  head: Item | undefined,
  key: DataKey | undefined,
): User | undefined {
  if (head === undefined || optionalNumberOf(head, 'erasedAt') !== undefined) return undefined;
  const scope = parseUserPartition(stringOf(item, 'pk'));
  const version = numberOf(item, 'version');
  return {
    userId: UserId.parse(scope.userId),
    externalId: stringOf(item, 'externalId'),
    profile: openProfile(item, key, aadOf(scope, version)),
    timeZone: optionalStringOf(head, 'timeZone'),
    createdAtMs: numberOf(item, 'createdAt') as EpochMs,
    version,
  };
}

function openProfile(item: Item, key: DataKey | undefined, aad: string): UserProfile {
  const sealed = item['profile']?.B;
  if (sealed === undefined || key === undefined) return EMPTY_PROFILE;
  const profile = Profile.parse(JSON.parse(Buffer.from(open(sealed, key, aad)).toString('utf8')));
  return { email: profile.email, displayName: profile.displayName };
}
