import type { ProjectionDeps } from '../../../lib/projections/project-days.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireProjection } from '../../_platform/wire-projection.ts';
import type { Env } from './env.ts';

export interface ProjectRollupsDeps {
  readonly projection: ProjectionDeps;
  readonly settings: Pick<Platform, 'clock' | 'log' | 'meter'>;
}

export const wire = (env: Env, platform: Platform): ProjectRollupsDeps => ({
  projection: wireProjection(env, platform),
  settings: platform,
});
