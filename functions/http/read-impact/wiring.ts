import type { ImpactDeps } from '../../../lib/impact/impact-deps.ts';
import type { ProjectionDeps } from '../../../lib/projections/project-days.ts';
import type { AccessDependencies } from '../../_platform/http/access-dependencies.ts';
import { wireAccess, wireVault } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireImpact } from '../../_platform/wire-impact.ts';
import { wireProjection } from '../../_platform/wire-projection.ts';
import type { Env } from './env.ts';

export interface ReadImpactDeps {
  readonly impact: ImpactDeps;
  /** The series of telemetry are buckets, as samples are read. */
  readonly projection: ProjectionDeps;
  readonly access: AccessDependencies;
  readonly settings: Pick<Platform, 'clock' | 'randomness' | 'log' | 'meter'>;
}

export function wire(env: Env, platform: Platform): ReadImpactDeps {
  const vault = wireVault(env, platform);
  return {
    impact: wireImpact(env, platform, vault),
    projection: wireProjection(env, platform, vault),
    access: wireAccess(env, platform, vault),
    settings: platform,
  };
}
