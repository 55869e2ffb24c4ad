import type { AccessDependencies } from '../../_platform/http/access-dependencies.ts';
import { wireAccess, wireVault } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';
import { type ImportDeps, wireImports } from './wire-imports.ts';
import { type ReadDeps, wireReads } from './wire-reads.ts';
import { type WriteDeps, wireWrites } from './wire-writes.ts';

export interface ManageWorkoutsDeps extends ReadDeps, WriteDeps, ImportDeps {
  readonly access: AccessDependencies;
  readonly settings: Pick<Platform, 'clock' | 'randomness' | 'log' | 'meter'>;
}

export function wire(env: Env, platform: Platform): ManageWorkoutsDeps {
  const vault = wireVault(env, platform);
  return {
    ...wireReads(env, platform, vault),
    ...wireWrites(env, platform, vault),
    ...wireImports(env, platform, vault),
    access: wireAccess(env, platform, vault),
    settings: platform,
  };
}
