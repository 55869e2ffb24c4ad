import type { BenchCloud } from '../bench-cloud.ts';
import type { Totals } from './cost.ts';

const POLL_MS = 200;
const WAIT_LIMIT_MS = 240_000;
/** Looks in a row that find nothing new: what a sync caused has come to rest. */
const QUIET_COUNT = 10;

export interface SyncView {
  readonly status: string;
  readonly counts: { readonly accepted: number; readonly pages: number };
}

/** A user of the local cloud who is connected to the simulated Fitbit as one of its people. */
export interface CloudPerson {
  /** Once no sync runs any more. */
  newestSync(): Promise<SyncView>;
  startTopUp(): Promise<void>;
}

/** Consents as the person; the first sync begins by itself. */
export async function connectPerson(cloud: BenchCloud, person: string, user: string): Promise<CloudPerson> {
  const { id: userId } = await call<{ id: string }>(cloud, 'POST', '/v1/users', { externalId: user });
  const door = `/v1/users/${userId}/connections`;
  const { url } = await call<{ url: string }>(cloud, 'POST', `${door}/fitbit/authorize`, {});
  const { status } = await fetch(`${url}&sim_user=${person}`, { headers: { accept: 'text/html' } });
  if (status !== 200) throw new Error(`the consent was answered ${status}`);
  const { connections } = await call<{ connections: readonly { id: string }[] }>(cloud, 'GET', door);
  const syncs = `${door}/${connections[0]?.id}/sync`;
  return {
    startTopUp: async () => void (await call(cloud, 'POST', syncs)),
    newestSync: async () => {
      let newest: SyncView | undefined;
      await until(async () => {
        const { syncs: list } = await call<{ syncs: readonly SyncView[] }>(cloud, 'GET', `${syncs}s`);
        newest = list[0];
        return newest !== undefined && list.every(({ status: each }) => each !== 'running');
      });
      if (newest === undefined) throw new Error('no sync');
      return newest;
    },
  };
}

/** The local cloud's own counts, once nothing moves in it any more. */
export async function totalsAtRest(cloud: BenchCloud): Promise<Totals> {
  const path = `/console/state.json?after=${Number.MAX_SAFE_INTEGER}`;
  let last = '';
  let quietCount = 0;
  let totals: Totals | undefined;
  await until(async () => {
    totals = (await call<{ totals: Totals }>(cloud, 'GET', path)).totals;
    const now = JSON.stringify(totals);
    quietCount = now === last ? quietCount + 1 : 0;
    last = now;
    return quietCount >= QUIET_COUNT && totals.queueReceives === totals.queueDeletions;
  });
  if (totals === undefined) throw new Error('no totals');
  return totals;
}

export async function controlSimulator(cloud: BenchCloud, method: string, path: string, body: object) {
  const answer = await fetch(`${cloud.simulatorUrl}/control${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`the simulator answered ${answer.status} ${await answer.text()}`);
}

async function call<Body>(cloud: BenchCloud, method: string, path: string, body?: object): Promise<Body> {
  const { status, text } = await cloud.send(method, path, body && JSON.stringify(body));
  if (status >= 300) throw new Error(`${method} ${path} was answered ${status} ${text}`);
  return JSON.parse(text) as Body;
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; waitedMs < WAIT_LIMIT_MS; waitedMs += POLL_MS) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`not done in ${WAIT_LIMIT_MS} ms`);
}
