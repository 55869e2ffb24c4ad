import type { Platform } from '../../../functions/_platform/platform.ts';
import type { LocalTransaction } from '../../../lib/client/store/local-store.ts';
import type { CreateHandler } from '../world/function-host.ts';
import type { DeviceProcess } from './device-process.ts';
import type { WireAnswer, WireRequest } from './network.ts';

export type SyncFunction = 'sync-devices' | 'manage-entities' | 'compact-logs';

/** One thing done wrong, at a seam of the world. The shipped code stays as it is. */
export interface SyncMutant {
  readonly name: string;
  /** Between a function and its clients. */
  readonly platform?: (owner: SyncFunction, platform: Platform) => Platform;
  /** Around a function. */
  readonly handler?: (owner: SyncFunction, handler: ReturnType<CreateHandler>) => ReturnType<CreateHandler>;
  /** Between a device and the network. */
  readonly request?: (device: string, request: WireRequest) => WireRequest;
  readonly answer?: (device: string, request: WireRequest, answer: WireAnswer) => WireAnswer;
  /** Between a device and its store. */
  readonly transaction?: (transaction: LocalTransaction, process: DeviceProcess) => LocalTransaction;
  /** Told of each commit. */
  readonly committed?: (seq: number) => void;
}
