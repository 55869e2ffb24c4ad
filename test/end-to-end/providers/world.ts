import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type ApiAnswer, callApi, type RunningCloud, startLocalCloud } from '../../support/local-cloud.ts';
import { type LogSecret, scanLogs, secretsWithin } from '../../support/scan-logs.ts';

export interface SyncView {
  readonly status: 'running' | 'succeeded' | 'partial' | 'failed';
  readonly error?: string;
  readonly counts: Readonly<Record<'fetched' | 'accepted' | 'updated' | 'duplicate' | 'refused', number>>;
  readonly types: readonly { readonly type: string; readonly status: string; readonly error?: string }[];
}
export interface ConnectionView {
  readonly id: string;
  readonly provider: string;
  readonly status: string;
  readonly reason?: string;
  readonly scopes?: readonly string[];
  readonly lastSync?: { readonly status: string; readonly finishedAt?: string } | null;
}
export interface Truth {
  readonly daily: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly sleeps: readonly { readonly externalId: string; readonly start: string; readonly end: string }[];
  readonly workouts: readonly { readonly externalId: string; readonly start: string }[];
}

/** A local cloud with its simulated providers, as a newcomer has them, and the ways to use both. */
export interface ProviderWorld {
  readonly cloud: RunningCloud;
  /** Where the local cloud keeps its state: `logs/` and `operator.json` are in there. */
  readonly dataDir: string;
  newUser(): Promise<string>;
  /** Consents as a person by the public door; answers where the browser ends up. */
  connect(
    userId: string,
    provider: string,
    person: string,
  ): Promise<{ status: number; url: string; page: string }>;
  connections(userId: string): Promise<readonly ConnectionView[]>;
  connectionOf(userId: string, provider: string): Promise<ConnectionView>;
  /** The newest sync of the connection, once none runs. */
  rest(userId: string, connectionId: string): Promise<SyncView>;
  sync(userId: string, connectionId: string): Promise<SyncView>;
  /** As `sync`, but also when the sync is refused because the grant is known to be gone. */
  syncUntilDone(userId: string, connectionId: string): Promise<void>;
  api<Body = Record<string, unknown>>(
    path: string,
    init?: Parameters<typeof callApi>[2],
  ): Promise<ApiAnswer<Body>>;
  control(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  truth(provider: string, person: string, days: number): Promise<Truth>;
  /**
   * Log lines that hold a secret of the simulated clouds, a state, code or ticket that came by, or a figure of a
   * truth that was asked for. For the end of a suite: `expect(await world.leaks()).toEqual([])`.
   */
  leaks(): Promise<readonly string[]>;
  /** For what a test got past this: `leaks` looks for it too. */
  remember(name: string, value: string | null): void;
  stop(): Promise<void>;
}

const POLL = { timeout: 100_000, interval: 100 } as const;

export async function openProviderWorld(args: readonly string[] = []): Promise<ProviderWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headwater-providers-'));
  const cloud = await startLocalCloud({ dataDir, args });
  let userCount = 0;
  const seen = new Map<string, LogSecret>();
  const remember = (name: string, value: string | null) => {
    if (value !== null && value !== '') seen.set(value, { name, value });
  };
  const api = <Body>(path: string, init: Parameters<typeof callApi>[2] = {}) =>
    callApi<Body>(cloud, path, init);
  const control: ProviderWorld['control'] = async (method, path, body) => {
    const reply = await fetch(`${cloud.simulatorUrl}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  const connections = async (userId: string) => {
    const { body, status } = await api<{ connections: ConnectionView[] }>(`/v1/users/${userId}/connections`);
    expect(status).toBe(200);
    return body.connections;
  };
  const rest = async (userId: string, connectionId: string): Promise<SyncView> => {
    let newest: SyncView | undefined;
    await expect
      .poll(async () => {
        const path = `/v1/users/${userId}/connections/${connectionId}/syncs`;
        const { body } = await api<{ syncs: SyncView[] }>(path);
        newest = body.syncs[0];
        return body.syncs.length > 0 && body.syncs.every(({ status }) => status !== 'running');
      }, POLL)
      .toBe(true);
    if (newest === undefined) throw new Error('no sync');
    return newest;
  };
  return {
    cloud,
    dataDir,
    remember,
    leaks: async () => {
      const apps = await (await fetch(`${cloud.simulatorUrl}/apps`)).json();
      const { apiKey, userToken } = cloud;
      const settings = Object.entries(
        apps as Record<string, { clientSecret: string; settings: object }>,
      ).flatMap(([provider, app]) => secretsWithin(provider, { ...app.settings, secret: app.clientSecret }));
      return scanLogs(join(dataDir, 'logs'), [
        ...seen.values(),
        ...settings,
        ...secretsWithin('api', { apiKey, userToken }),
      ]);
    },
    api,
    control,
    connections,
    rest,
    newUser: async () => {
      userCount += 1;
      const body = { externalId: `provider-user-${userCount}` };
      const made = await api<{ id: string; userId: string }>('/v1/users', { body });
      expect(made.status).toBe(201);
      return made.body.id ?? made.body.userId;
    },
    connect: async (userId, provider, person) => {
      const path = `/v1/users/${userId}/connections/${provider}/authorize`;
      const { status, body } = await api<{ url: string; state: string }>(path, { method: 'POST', body: {} });
      expect(status).toBe(200);
      const reply = await fetch(`${body.url}&sim_user=${person}`, { headers: { accept: 'text/html' } });
      remember('a state', body.state);
      remember('a code', new URL(reply.url).searchParams.get('code'));
      return { status: reply.status, url: reply.url, page: await reply.text() };
    },
    connectionOf: async (userId, provider) => {
      const found = (await connections(userId)).find((each) => each.provider === provider);
      if (found === undefined) throw new Error(`no connection to ${provider}`);
      return found;
    },
    sync: async (userId, connectionId) => {
      const path = `/v1/users/${userId}/connections/${connectionId}/sync`;
      const { status, body } = await api<{ syncId: string }>(path, { method: 'POST' });
      expect(status).toBe(202);
      let view: SyncView | undefined;
      await expect
        .poll(async () => {
          view = (await api<SyncView>(`/v1/users/${userId}/connections/${connectionId}/syncs/${body.syncId}`))
            .body;
          return view.status;
        }, POLL)
        .not.toBe('running');
      if (view === undefined) throw new Error('no sync');
      return view;
    },
    syncUntilDone: async (userId, connectionId) => {
      const path = `/v1/users/${userId}/connections/${connectionId}/sync`;
      const { status } = await api<{ syncId: string }>(path, { method: 'POST' });
      if (status === 202) await rest(userId, connectionId);
      else expect(status).toBe(409);
    },
    truth: async (provider, person, days) => {
      // East of Greenwich it is tomorrow already.
      const to = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
      const from = new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
      const path = `/control/${provider}/people/${person}/truth?from=${from}&to=${to}`;
      const truth = (await control('GET', path)) as unknown as Truth;
      for (const { name, value } of secretsWithin(`${person} of ${provider}`, truth.daily))
        remember(name, value);
      return truth;
    },
    stop: async () => {
      await cloud.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
