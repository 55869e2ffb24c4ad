import type { ImpactDeps } from '../../../lib/impact/impact-deps.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireImpact } from '../../_platform/wire-impact.ts';
import type { Env } from './env.ts';

export interface ProjectImpactDeps {
  readonly impact: ImpactDeps;
  readonly settings: Pick<Platform, 'clock' | 'log' | 'meter'>;
}

export const wire = (env: Env, platform: Platform): ProjectImpactDeps => ({
  impact: wireImpact(env, platform),
  settings: platform,
});
