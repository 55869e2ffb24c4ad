import type { ImpactDeps } from '../../../lib/impact/impact-deps.ts';
import type { TelemetryDeps } from '../../../lib/impact/session-telemetry.ts';
import { listBuckets } from '../../../lib/projections/list-buckets.ts';
import type { ProjectionDeps } from '../../../lib/projections/project-days.ts';
import type { AccessDependencies } from '../../_platform/http/access-dependencies.ts';
import { wireAccess, wireVault } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireImpact } from '../../_platform/wire-impact.ts';
import { wireProjection } from '../../_platform/wire-projection.ts';
import type { Env } from './env.ts';

export interface ReadImpactDeps {
  readonly impact: ImpactDeps;
  readonly telemetry: TelemetryDeps;
  readonly access: AccessDependencies;
  readonly settings: Pick<Platform, 'clock' | 'randomness' | 'log' | 'meter'>;
}

export function wire(env: Env, platform: Platform): ReadImpactDeps {
  const vault = wireVault(env, platform);
  const impact = wireImpact(env, platform, vault);
  return {
    impact,
    telemetry: telemetryDeps(impact, wireProjection(env, platform, vault)),
    access: wireAccess(env, platform, vault),
    settings: platform,
  };
}

/** The series of telemetry are buckets, as samples are read. */
export const telemetryDeps = (
  { heads, synced, clock }: ImpactDeps,
  projection: ProjectionDeps,
): TelemetryDeps => ({
  heads,
  synced,
  clock,
  listBuckets: (scope, query) => listBuckets(projection, scope, query),
});
