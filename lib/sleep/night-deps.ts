import type { Clock } from '../core/clock.ts';
import type { DecodeBlock } from '../projections/decoded-blocks.ts';
import type { compareSources, orderOf, priorityVersions } from '../projections/priorities.ts';
import type { freshnessOf } from '../projections/row-status.ts';
import type { WorkspaceSettings } from '../projections/workspace-settings.ts';
import type { RecordDays } from '../records/record-days.ts';
import type { RecordStore } from '../records/record-store.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { sourceIdOf } from '../samples/sample-identity.ts';
import type { BlockReader } from '../samples/sample-store.ts';
import type { NightStore } from './night-store.ts';

/** The rules of other rooms that a night is made by, handed in by the wiring. */
export interface NightRules {
  readonly compareSources: typeof compareSources;
  readonly orderOf: typeof orderOf;
  readonly priorityVersions: typeof priorityVersions;
  readonly freshnessOf: typeof freshnessOf;
  readonly sourceIdOf: typeof sourceIdOf;
}

export interface NightDeps {
  readonly blocks: BlockReader;
  readonly records: Pick<RecordStore, 'list'>;
  readonly recordDays: RecordDays;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly workspaces: WorkspaceSettings;
  readonly nights: NightStore;
  readonly decode: DecodeBlock;
  readonly rules: NightRules;
  readonly clock: Clock;
}

/** Under these codes the user's orders and blocks speak of nights. */
export const NIGHT_METRIC = 'sleep_session';
export const STAGE_METRIC = 'sleep_stage';
