import type { NightDeps } from '../../../lib/sleep/night-deps.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireNights } from '../../_platform/wire-nights.ts';
import type { Env } from './env.ts';

export interface ProjectNightsDeps {
  readonly nights: NightDeps;
  readonly settings: Pick<Platform, 'clock' | 'log' | 'meter'>;
}

export const wire = (env: Env, platform: Platform): ProjectNightsDeps => ({
  nights: wireNights(env, platform),
  settings: platform,
});
