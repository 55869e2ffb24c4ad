import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import type { Prng } from '../engine/prng.ts';
import type { Environment } from '../world/environment.ts';
import type { SyncCounters } from './counters.ts';
import type { Crowd } from './crowd.ts';
import { drawCreate, drawPatch } from './draw-row.ts';

const MAX_WRITES = 4;
const WITHIN_MS = 60_000;
const MAX_POLLS = 8;
const POLL_WITHIN_MS = 9_000;

/** What goes on beside the devices: an app's server that writes plain resources, compaction, reused operation ids. */
export async function bystand(environment: Environment, counters: SyncCounters, crowd: Crowd): Promise<void> {
  const { prng } = environment;
  await Promise.all([
    prng.chance(0.5) ? writePlainly(environment, counters, crowd) : undefined,
    prng.chance(0.5) ? poll(environment, crowd) : undefined,
    prng.chance(0.2) ? forge(environment, counters, crowd) : undefined,
    prng.chance(0.3) ? compact(environment, counters, crowd) : undefined,
  ]);
}

/** Somebody follows the log in small pages while others commit: what is half visible must not be passed. */
async function poll(environment: Environment, crowd: Crowd): Promise<void> {
  const { prng, scheduler } = environment;
  let cursor: string | undefined;
  for (let count = 0; count < MAX_POLLS; count += 1) {
    await scheduler.wait(prng.below(POLL_WITHIN_MS));
    const query = { limit: String(1 + prng.below(20)), ...(cursor === undefined ? {} : { cursor }) };
    const answer = await crowd.ask({ method: 'GET', path: '/v1/sync/changes', query });
    if (answer?.status === 200) cursor = (JSON.parse(answer.body) as { cursor: string }).cursor;
    else if (answer?.status === 410) cursor = undefined;
  }
}

/** Somebody sends another payload under an operation id that was used: it must not be taken for done. */
async function forge(environment: Environment, counters: SyncCounters, crowd: Crowd): Promise<void> {
  const { prng, scheduler } = environment;
  await scheduler.wait(prng.below(2 * WITHIN_MS));
  const used = crowd.world.answers.anyPush(prng);
  if (used === undefined) return;
  counters.forgedOperations += 1;
  const hlc = `${scheduler.now()}-0000-forger`;
  const body = JSON.stringify({ ...used, changes: used.changes.map((change) => ({ ...change, hlc })) });
  await crowd.ask({ method: 'POST', path: '/v1/sync/push', body });
}

async function compact(environment: Environment, counters: SyncCounters, crowd: Crowd): Promise<void> {
  const { prng, scheduler } = environment;
  for (let count = 1 + prng.below(2); count > 0; count -= 1) {
    await scheduler.wait(prng.below(2 * WITHIN_MS));
    counters.compactions += 1;
    await crowd.world.compact();
  }
}

async function writePlainly(environment: Environment, counters: SyncCounters, crowd: Crowd): Promise<void> {
  const { prng, scheduler } = environment;
  for (let count = 1 + prng.below(MAX_WRITES); count > 0; count -= 1) {
    await scheduler.wait(prng.below(WITHIN_MS));
    const request = drawPlainWrite(prng, crowd, count);
    if (request === undefined) continue;
    counters.plainWrites += 1;
    await crowd.ask(request);
  }
}

function drawPlainWrite(prng: Prng, crowd: Crowd, count: number) {
  const rows = crowd.world.model.livingRows();
  const idsOf = (type: string) => rows.filter((row) => row.type === type).map(({ id }) => id);
  const draw = { prng, tag: `plain-${count}`, idsOf };
  const entity = prng.pick([...crowd.schema.entities.values()].filter(isPlain));
  const path = `/v1/users/${crowd.userId}/${entity.type.replaceAll('_', '-')}`;
  const ids = idsOf(entity.type);
  if (ids.length === 0 || prng.chance(0.2)) {
    const data = drawCreate(draw, entity);
    return data && { method: 'POST', path, body: JSON.stringify({ data }) };
  }
  const row = prng.pick(rows.filter(({ type }) => type === entity.type));
  const headers: Record<string, string> = prng.chance(0.5) ? { 'if-match': `"${row.version}"` } : {};
  const place = { path: `${path}/${row.id}`, headers };
  if (prng.chance(0.15)) return { method: 'DELETE', ...place };
  return { method: 'PATCH', ...place, body: JSON.stringify({ data: drawPatch(draw, entity) }) };
}

const isPlain = ({ id, policy }: EntityDefinition): boolean => id === 'uuid' && policy !== 'append_only';
