import type { Platform } from '../../../functions/_platform/platform.ts';
import type { CreateHandler } from '../world/function-host.ts';

/** One thing done wrong, at the seam between a function and the world. The shipped code stays as it is. */
export interface SyncMutant {
  readonly name: string;
  readonly platform?: (platform: Platform) => Platform;
  readonly handler?: (handler: ReturnType<CreateHandler>) => ReturnType<CreateHandler>;
}
