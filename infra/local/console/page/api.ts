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

export interface ProviderRow {
  readonly name: string;
  readonly title: string;
  /** Whether this deployment has an application there. */
  readonly configured: boolean;
}

export interface ConnectionRow {
  readonly id: string;
  readonly provider: string;
  readonly status: string;
  readonly reason?: string;
  readonly lastSync: {
    readonly status: string;
    readonly counts: { readonly fetched: number; readonly accepted: number };
  } | null;
  readonly lastPushAt: string | null;
  readonly silentSince: string | null;
}

export interface ConflictSide {
  readonly version: number | null;
  readonly data: Readonly<Record<string, unknown>> | null;
}

export interface ConflictRow {
  readonly conflictId: string;
  readonly entityType: string;
  readonly id: string;
  readonly status: string;
  readonly outcome: string;
  readonly fields: readonly string[];
  readonly client: ConflictSide;
  readonly server: ConflictSide;
  readonly result: ConflictSide | null;
  readonly deviceId: string;
  readonly createdAt: string;
}

export interface CloudState {
  readonly events: readonly FlowEvent[];
  readonly queues: readonly QueueState[];
  readonly totals: FlowTotals;
}

interface Config {
  readonly apiKey: string;
  readonly simulatorUrl?: string;
}

let config: Promise<Config> | undefined;

export const readConfig = (): Promise<Config> => {
  config ??= read<Config>('/console/config.json');
  return config;
};

async function read<Body>(path: string, init: RequestInit = {}): Promise<Body> {
  const response = await fetch(path, init);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as Body;
}

/** Calls the API with the key of the local cloud; throws what is not 2xx. */
export async function ask<Body>(path: string, method = 'GET', body?: object): Promise<Body> {
  const bearer = await authorization();
  if (body === undefined) return read(path, { method, headers: { authorization: bearer } });
  const headers = { authorization: bearer, 'content-type': 'application/json' };
  return read(path, { method, headers, body: JSON.stringify(body) });
}

export const authorization = async (): Promise<string> => `Bearer ${(await readConfig()).apiKey}`;

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

export async function listProviders(): Promise<readonly ProviderRow[]> {
  return (await ask<{ providers: readonly ProviderRow[] }>('/v1/providers')).providers;
}

export async function listConnections(userId: string): Promise<readonly ConnectionRow[]> {
  const path = `/v1/users/${userId}/connections`;
  return (await ask<{ connections: readonly ConnectionRow[] }>(path)).connections;
}

/** Where the user gives consent. */
export const authorize = (userId: string, provider: string): Promise<{ readonly url: string }> =>
  ask(`/v1/users/${userId}/connections/${provider}/authorize`, 'POST', {});

export const startSync = (userId: string, connectionId: string): Promise<unknown> =>
  ask(`/v1/users/${userId}/connections/${connectionId}/sync`, 'POST', {});

export const disconnect = (userId: string, connectionId: string): Promise<unknown> =>
  ask(`/v1/users/${userId}/connections/${connectionId}`, 'DELETE');

/** The newest conflicts of a user's devices, decided ones too. */
export async function listSyncConflicts(userId: string): Promise<readonly ConflictRow[]> {
  const headers = { authorization: await authorization(), 'x-headwater-user': userId };
  const path = '/v1/sync/conflicts?status=all&limit=20';
  return (await read<{ conflicts: readonly ConflictRow[] }>(path, { headers })).conflicts;
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
