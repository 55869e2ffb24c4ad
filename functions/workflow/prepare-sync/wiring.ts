import type { SyncDependencies } from '../../../lib/connections/syncs/sync-session.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireSyncs } from '../../_platform/wire-syncs.ts';
import type { Env } from './env.ts';

export interface StepWiring {
  readonly syncs: SyncDependencies;
  readonly settings: Pick<Platform, 'clock' | 'log' | 'meter'>;
}

export const wire = (env: Env, platform: Platform): StepWiring => ({
  syncs: wireSyncs(env, platform),
  settings: platform,
});
