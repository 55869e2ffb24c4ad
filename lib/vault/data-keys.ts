import type { UserScope } from '../samples/model.ts';

/** A key that seals values: AES-256, with an id of four bytes that sealed values name. */
export interface DataKey {
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
}

/** The data key of each user: what it seals is unreadable without it, wherever copies lie. */
export interface DataKeys {
  /**
   * The user's key; undefined when there is none: no such user, or shredded. A container keeps a key at
   * most five minutes, and asks once for callers at the same time.
   */
  load(scope: UserScope): Promise<DataKey | undefined>;
  /**
   * Deletes the user's key. Other containers may hold it five minutes longer; the head's `erasedAt` keeps
   * them from using it. A repeat does nothing.
   */
  shred(scope: UserScope): Promise<void>;
}

/** Keys of workspaces, which wrap those of their users. */
export interface WorkspaceKeys {
  /** Makes the workspace's key unless it has one. A repeat changes nothing. */
  create(workspaceId: string): Promise<void>;
}

/** What wraps the keys of workspaces: a key that never leaves its service. */
export interface KeyWrapper {
  /** A new 32-byte secret, and the same wrapped; it can be unwrapped for this workspace only. */
  generate(workspaceId: string): Promise<{ readonly secret: Uint8Array; readonly wrapped: Uint8Array }>;
  /** Rejects when it was wrapped for another workspace, or the service is away. */
  unwrap(workspaceId: string, wrapped: Uint8Array): Promise<Uint8Array>;
}
