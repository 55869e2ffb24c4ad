import type { WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import type { PrioritySettings } from '../samples/model.ts';

export interface Workspace {
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  readonly createdAtMs: EpochMs;
  /** 1 at first, one more with each change. */
  readonly version: number;
  /** For keys that name no rate of their own; undefined: the default of contracts/limits.ts. */
  readonly requestsPerMinute: number | undefined;
  /** For each user by a token; undefined: the default of contracts/limits.ts. */
  readonly userRequestsPerMinute: number | undefined;
  /** Where people may go after a consent at a provider (CON4). */
  readonly oauthRedirectUris: readonly string[];
  /** Who goes first for users without an order of their own; changes carry the version that made them. */
  readonly priorities: PrioritySettings;
}

export interface WorkspaceStore {
  /** Strongly consistent. */
  load(workspaceId: WorkspaceId): Promise<Workspace | undefined>;
  /** `exists`: there is one by this id; nothing is written. */
  create(workspace: Workspace): Promise<'created' | 'exists'>;
  /** On the condition that the stored version is one below `workspace.version`. */
  save(workspace: Workspace): Promise<'saved' | 'conflict'>;
}

/** What is absent stays. */
export interface WorkspaceChanges {
  readonly name?: string | undefined;
  readonly requestsPerMinute?: number | undefined;
  readonly userRequestsPerMinute?: number | undefined;
  readonly oauthRedirectUris?: readonly string[] | undefined;
  readonly priorities?: PrioritySettings['orders'] | undefined;
}

/**
 * The workspace after `changes`, one version up; undefined when they change nothing. An order that goes away
 * is a change of its key too: the numbers of changes never disappear, or a row could look fresh again.
 */
export function applyWorkspaceChanges(
  workspace: Workspace,
  changes: WorkspaceChanges,
): Workspace | undefined {
  const version = workspace.version + 1;
  const before = workspace.priorities.orders;
  const orders = changes.priorities ?? before;
  const keys = new Set([...Object.keys(before), ...Object.keys(orders)]);
  const changed = [...keys].filter((key) => JSON.stringify(before[key]) !== JSON.stringify(orders[key]));
  const next: Workspace = {
    ...workspace,
    name: changes.name ?? workspace.name,
    requestsPerMinute: changes.requestsPerMinute ?? workspace.requestsPerMinute,
    userRequestsPerMinute: changes.userRequestsPerMinute ?? workspace.userRequestsPerMinute,
    oauthRedirectUris: changes.oauthRedirectUris ?? workspace.oauthRedirectUris,
    priorities: {
      orders,
      changedAt: {
        ...workspace.priorities.changedAt,
        ...Object.fromEntries(changed.map((key) => [key, version])),
      },
    },
  };
  const isSame = JSON.stringify(next) === JSON.stringify(workspace);
  return isSame ? undefined : { ...next, version };
}
