import { AppError } from '../problems/app-error.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { Head, PrivacySettings, UserScope } from '../samples/model.ts';
import type { User, UserProfile } from './model.ts';
import type { UserStore } from './user-store.ts';

export interface ChangeUserDependencies {
  readonly users: UserStore;
  readonly heads: HeadStore;
}

/** Absent stays, null removes. */
export interface UserChanges {
  readonly email?: string | null | undefined;
  readonly displayName?: string | null | undefined;
  readonly timeZone?: string | null | undefined;
}

/** Others who change the same settings at the same time: each round reads what they left. */
const MAX_ROUND_COUNT = 6;

/** The user; `user.not_found` for one who is not there, not the caller's, or erased. */
export async function loadUser(users: Pick<UserStore, 'load'>, scope: UserScope): Promise<User> {
  const user = await users.load(scope);
  if (user === undefined) throw noSuchUser();
  return user;
}

/**
 * The user after `changes` (USR3). Time zone and profile lie apart and are written one after the other; each
 * is written on the condition of what was read, so a repeat after a crash finishes the rest.
 * `user.not_found`, and `user.conflict` when others keep changing the same user.
 */
export async function updateUser(
  deps: ChangeUserDependencies,
  scope: UserScope,
  changes: UserChanges,
): Promise<User> {
  const { timeZone } = changes;
  await loadUser(deps.users, scope);
  if (timeZone !== undefined)
    await changeHead(deps, scope, (head) =>
      (head.timeZone ?? null) === timeZone ? undefined : { timeZone },
    );
  if (changes.email !== undefined || changes.displayName !== undefined)
    await changeProfile(deps.users, scope, changes);
  return loadUser(deps.users, scope);
}

async function changeProfile(users: UserStore, scope: UserScope, changes: UserChanges): Promise<void> {
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const { profile, version } = await loadUser(users, scope);
    const next: UserProfile = {
      email: pick(changes.email, profile.email),
      displayName: pick(changes.displayName, profile.displayName),
    };
    if (next.email === profile.email && next.displayName === profile.displayName) return;
    const outcome = await users.saveProfile(scope, version, next);
    if (outcome === 'saved') return;
    if (outcome === 'gone') throw noSuchUser();
  }
  throw conflict();
}

const pick = (wanted: string | null | undefined, current: string | undefined): string | undefined =>
  wanted === undefined ? current : (wanted ?? undefined);

/** The user's privacy settings (ING10). */
export async function loadPrivacy(
  heads: Pick<HeadStore, 'load'>,
  scope: UserScope,
): Promise<PrivacySettings> {
  return (await loadLivingHead(heads, scope)).privacy;
}

/**
 * Replaces the privacy settings. Ingests that run meanwhile fail on the head's condition and look again, so
 * nothing that is blocked now is stored by a request that began before (ING10).
 */
export async function replacePrivacy(
  deps: Pick<ChangeUserDependencies, 'heads'>,
  scope: UserScope,
  wanted: PrivacySettings,
): Promise<PrivacySettings> {
  const privacy = { ...wanted, blockedMetrics: [...new Set(wanted.blockedMetrics)].sort() };
  await changeHead(deps, scope, (head) =>
    JSON.stringify(head.privacy) === JSON.stringify(privacy) ? undefined : { privacy },
  );
  return privacy;
}

async function changeHead(
  { heads }: Pick<ChangeUserDependencies, 'heads'>,
  scope: UserScope,
  decide: (head: Head) => Parameters<HeadStore['saveSettings']>[2] | undefined,
): Promise<void> {
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const head = await loadLivingHead(heads, scope);
    const settings = decide(head);
    if (settings === undefined) return;
    const outcome = await heads.saveSettings(scope, head.settingsVersion, settings);
    if (outcome === 'saved') return;
    if (outcome === 'erased') throw noSuchUser();
  }
  throw conflict();
}

async function loadLivingHead(heads: Pick<HeadStore, 'load'>, scope: UserScope): Promise<Head> {
  const head = await heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) throw noSuchUser();
  return head;
}

const noSuchUser = (): AppError => new AppError('user.not_found', 'There is no user by this id.');
const conflict = (): AppError => new AppError('user.conflict', 'Others keep changing this user; try again.');
