import type { Clock } from '../core/clock.ts';
import type { decidePoints } from '../projections/point-metrics.ts';
import type { compareSources, orderOf, priorityVersions } from '../projections/priorities.ts';
import type { freshnessOf, worstStatus } from '../projections/row-status.ts';
import type { WorkspaceSettings } from '../projections/workspace-settings.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { Sample } from '../samples/model.ts';
import type { BlockReader } from '../samples/sample-store.ts';
import type { ChangeLog, EntityStore } from '../sync/entity-store.ts';
import type { findSettledSeq } from '../sync/pull/settled-seq.ts';
import type { ImpactStore } from './impact-store.ts';
import type { SessionDirectory } from './session-directory.ts';

/** What rollups go by, handed in by the wiring: one implementation for every read model. */
export interface SourceRules {
  readonly compareSources: typeof compareSources;
  readonly orderOf: typeof orderOf;
  readonly priorityVersions: typeof priorityVersions;
  readonly decidePoints: typeof decidePoints;
  readonly freshnessOf: typeof freshnessOf;
  readonly worstStatus: typeof worstStatus;
}

/** The rows and the log of device sync: sessions, products and consumptions lie there and nowhere else. */
export type SyncedRows = Pick<EntityStore, 'loadHead' | 'loadRows' | 'listRows' | 'listReferring'> &
  ChangeLog;

export interface ImpactDeps {
  readonly blocks: BlockReader;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly workspaces: WorkspaceSettings;
  readonly impacts: ImpactStore;
  readonly directory: SessionDirectory;
  readonly synced: SyncedRows;
  readonly rules: SourceRules;
  /** lib/samples/block-codec.ts. Throws on a payload that it did not write. */
  readonly decode: (payload: Uint8Array) => readonly Sample[];
  /** lib/sync/pull/settled-seq.ts: below it every commit is visible in full. */
  readonly findSettledSeq: typeof findSettledSeq;
  readonly clock: Clock;
}
