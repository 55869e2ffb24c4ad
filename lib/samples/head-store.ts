import type { ChangeEntry } from '../outbox/model.ts';
import type { Head, PrioritySettings, PrivacySettings, UserScope } from './model.ts';

/** The head apart from ingestion: settings, priorities, erasure. Implemented beside SampleStore. */
export interface HeadStore {
  /** Strongly consistent. Undefined: no such user in this workspace. An erased user's head has `erasedAtMs`. */
  load(scope: UserScope): Promise<Head | undefined>;
  /**
   * Sets what is given (a time zone of null is removed) and raises settingsVersion by one, on the condition that it is the one read and
   * that the user is not erased. Running ingests of the old settings then fail and look again (ING10).
   */
  saveSettings(
    scope: UserScope,
    readSettingsVersion: number,
    settings: { readonly timeZone?: string | null | undefined; readonly privacy?: PrivacySettings },
  ): Promise<'saved' | 'conflict' | 'erased'>;
  /** Head with the new priorities and seq + 1, and the change entry, in one transaction. */
  savePriorities(
    scope: UserScope,
    readSeq: number,
    priorities: PrioritySettings,
    change: ChangeEntry,
  ): Promise<'saved' | 'conflict' | 'erased'>;
}

export interface ChangeFeed {
  /**
   * Entries with seq above `sinceSeq`, in order, at most `limit`, strongly consistent. It does not look
   * for gaps: the caller stops at the first missing number (OBX7).
   */
  loadAfter(scope: UserScope, sinceSeq: number, limit: number): Promise<readonly ChangeEntry[]>;
}
