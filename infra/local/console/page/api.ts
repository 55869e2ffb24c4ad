import type { FlowEvent, FlowTotals, QueueState } from '../flow.ts';

/** The parts of the API's answers that the page shows. */
export interface User {
  readonly id: string;
  readonly externalId: string;
}

export interface MetricRow {
  readonly metric: string;
  readonly unit: string;
  readonly count: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly sources: readonly { readonly sourceId: string; readonly provider: string }[];
}

export type Status = 'READY' | 'STALE' | 'PARTIAL' | 'NO_DATA' | 'FAILED';

export interface Rollup {
  readonly metric: string;
  readonly date: string;
  readonly unit: string;
  readonly status: Status;
  readonly behindSeq?: number;
  readonly count: number | null;
  readonly sum?: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly coverage: number | null;
  readonly sources: readonly RollupSource[];
}

export interface RollupSource {
  readonly sourceId: string;
  readonly provider: string;
  readonly count: number;
  readonly counted?: number;
  readonly setAside?: number;
  readonly setAsideReason?: string;
}

export interface CloudState {
  readonly events: readonly FlowEvent[];
  readonly queues: readonly QueueState[];
  readonly totals: FlowTotals;
}

let key: Promise<string> | undefined;

const apiKey = (): Promise<string> => {
  key ??= read<{ apiKey: string }>('/console/config.json').then((config) => config.apiKey);
  return key;
};

async function read<Body>(path: string, headers: Record<string, string> = {}): Promise<Body> {
  const response = await fetch(path, { headers });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as Body;
}

async function ask<Body>(path: string): Promise<Body> {
  return read(path, { authorization: `Bearer ${await apiKey()}` });
}

/** The first thousand users; the page is a look at a laptop's data, not a directory. */
export async function listUsers(): Promise<readonly User[]> {
  return (await ask<{ users: readonly User[] }>('/v1/users?limit=1000')).users;
}

export async function listMetrics(userId: string): Promise<readonly MetricRow[]> {
  return (await ask<{ metrics: readonly MetricRow[] }>(`/v1/users/${userId}/health/metrics`)).metrics;
}

export async function listRollups(
  userId: string,
  metric: string,
  from: string,
  to: string,
): Promise<readonly Rollup[]> {
  const query = new URLSearchParams({ metric, from, to, explain: 'true' });
  return (await ask<{ rollups: readonly Rollup[] }>(`/v1/users/${userId}/health/rollups?${query}`)).rollups;
}

export const readState = (afterId: number): Promise<CloudState> =>
  read(`/console/state.json?after=${afterId}`);

export async function isHealthy(): Promise<boolean> {
  try {
    return (await read<{ status: string }>('/v1/health')).status === 'ok';
  } catch {
    return false;
  }
}
