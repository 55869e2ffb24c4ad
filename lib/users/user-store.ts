import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { ChangeEntry } from '../outbox/model.ts';
import type { UserScope } from '../samples/model.ts';
import type { User, UserProfile } from './model.ts';

export interface UserStore {
  /** Strongly consistent. Undefined: no user of the workspace has this external id. */
  findByExternalId(workspaceId: WorkspaceId, externalId: string): Promise<UserId | undefined>;
  /**
   * Stores user, head, directory entry, external id and data key, all or nothing, on the condition that
   * nobody has the external id: of two creators at once one is told `taken`, and finds the other's user.
   */
  create(workspaceId: WorkspaceId, user: User): Promise<'created' | 'taken'>;
  /** Strongly consistent; undefined when there is none, or it is erased. */
  load(scope: UserScope): Promise<User | undefined>;
  /** On the condition that the stored version is `readVersion`, which then rises by one. */
  saveProfile(
    scope: UserScope,
    readVersion: number,
    profile: UserProfile,
  ): Promise<'saved' | 'conflict' | 'gone'>;
  /**
   * Users behind `after` in the order of their ids, which is that of their creation; at most `limit`, fewer
   * when some are erased meanwhile. `last` is where the next page goes on; undefined: there is none.
   */
  list(
    workspaceId: WorkspaceId,
    page: UserPage,
  ): Promise<{ readonly users: readonly User[]; readonly last: UserId | undefined }>;
  /** The same, ids alone, erased ones included for 97 days: one Query a page. */
  listUserIds(workspaceId: WorkspaceId, after: UserId | undefined, limit: number): Promise<readonly UserId[]>;
  /**
   * Marks the head and the directory entry erased, writes the change entry and removes user and external id,
   * in one transaction, on the condition that the head has `readSeq` and is not erased. From then on nothing
   * of the user is read or written.
   */
  erase(
    scope: UserScope,
    erasure: { readonly readSeq: number; readonly externalId: string; readonly change: ErasureEntry },
  ): Promise<'erased' | 'conflict'>;
}

export type ErasureEntry = Extract<ChangeEntry, { readonly kind: 'erasure' }>;

export interface UserPage {
  readonly after: string | undefined;
  readonly limit: number;
}
