import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { announcementOf } from '../../../lib/adapters/dynamo/entity-log-item.ts';
import { canonical, digestOf } from '../oracle/digest-model.ts';
import { keyOf, type StoredImage } from '../oracle/sync-model.ts';
import type { Environment } from '../world/environment.ts';
import type { Crowd } from './crowd.ts';
import type { SimulatedDevice } from './device.ts';
import { checkEdits } from './edit-checks.ts';

/** What must hold once the faults are over and every device synced until it was quiet. */
export async function checkSyncAtRest(environment: Environment, crowd: Crowd): Promise<void> {
  const { world } = crowd;
  const rows = world.observer.storedRows(world.dynamo);
  const check: Check = { environment, crowd, rows, living: new Map() };
  for (const row of rows) if (!row.deleted) check.living.set(keyOf(row.type, row.id), row);
  checkLog(check);
  checkReferences(check);
  for (const entity of crowd.schema.entities.values()) checkRules(check, entity);
  await checkDigest(check);
  await checkEdits(environment, crowd);
  for (const device of crowd.devices) await checkDevice(check, device);
  // Three requests each: one device compares itself.
  await checkVerdict(check, environment.prng.pick(crowd.devices));
}

interface Check {
  readonly environment: Environment;
  readonly crowd: Crowd;
  readonly rows: readonly StoredImage[];
  readonly living: Map<string, StoredImage>;
}

/** Entries without a hole up to the counter, and each row in the entry that wrote it last. */
function checkLog({ environment, crowd }: Check): void {
  const { observer, dynamo } = crowd.world;
  const named = new Map<string, number>();
  const seqs: number[] = [];
  let counter = 0;
  let horizon = 0;
  for (const item of observer.itemsOf(dynamo)) {
    const sk = item['sk']?.S ?? '';
    if (sk === 'ENTITIES') {
      counter = Number(item['seq']?.N);
      horizon = Number(item['horizonSeq']?.N);
    }
    if (!sk.startsWith('ENTITYLOG#')) continue;
    const { seq, changes } = announcementOf(item);
    // Compaction may have been cut off below the horizon, where nobody reads.
    if (seq > horizon) seqs.push(seq);
    for (const { type, id } of changes) {
      named.set(keyOf(type, id), Math.max(seq, named.get(keyOf(type, id)) ?? 0));
    }
  }
  const isWhole = seqs.sort((a, b) => a - b).every((seq, index) => seq === horizon + 1 + index);
  if (!isWhole || horizon + seqs.length !== counter) {
    environment.violation('SEQ', `the counter says ${counter}, the horizon ${horizon}, the log ${seqs}`);
  }
  for (const item of observer.rowItemsOf(dynamo)) {
    const sk = item['sk']?.S ?? '';
    const [, type = '', id = ''] = sk.split('#');
    const seq = Number(item['seq']?.N);
    if (seq > horizon && named.get(keyOf(type, id)) !== seq) {
      environment.violation('SEQ', `${sk} was written by ${seq}, the log says ${named.get(keyOf(type, id))}`);
    }
  }
}

/** No living row names one that is not there, mandatory or not. */
function checkReferences({ environment, crowd, living }: Check): void {
  for (const row of living.values()) {
    const references = crowd.schema.entities.get(row.type)?.references ?? {};
    for (const [field, { to, mandatory }] of Object.entries(references)) {
      const id = row.data[field] ?? null;
      if (id === null ? mandatory : !living.has(keyOf(to, String(id)))) {
        environment.violation('DANGLE', `${keyOf(row.type, row.id)} names ${field} ${id}`);
      }
    }
  }
}

function checkRules({ environment, living }: Check, entity: EntityDefinition): void {
  const own = [...living.values()].filter(({ type }) => type === entity.type);
  const violation = (what: string) => environment.violation('RULE', `${entity.type}: ${what}`);
  for (const rule of entity.rules) {
    if (rule.kind === 'tally') {
      for (const { id, data } of own) {
        const counted = [...living.values()].filter(
          (row) => row.type === rule.of && row.data[rule.by] === id,
        );
        const { sum } = rule;
        const shall =
          sum === undefined
            ? counted.length
            : counted.reduce((total, row) => total + Number(row.data[sum] ?? 0), 0);
        if (Math.abs(Number(data[rule.field] ?? 0) - shall) > 1e-6) {
          violation(`${id} has ${rule.field} ${data[rule.field]}, and should have ${shall}`);
        }
      }
      continue;
    }
    const values = own.flatMap(({ data }) => {
      if (rule.kind === 'same_by') return data[rule.field] ?? [];
      return data[rule.flag] === true ? (data[rule.per] ?? []) : [];
    });
    if (new Set(values).size < values.length) violation(`${rule.kind} does not hold of ${values}`);
  }
}

/** The digest that the API tells is that of all rows. */
async function checkDigest({ environment, crowd, rows }: Check): Promise<void> {
  const answer = await crowd.ask({ method: 'GET', path: '/v1/sync/digest' });
  if (answer?.status !== 200) {
    environment.violation('DIGEST', `the digest was answered ${answer?.status} ${answer?.body}`);
    return;
  }
  const told = JSON.parse(answer.body) as {
    seq: number;
    types: Record<string, { count: number; hash: string }>;
  };
  const living = Object.fromEntries(Object.entries(told.types).filter(([, { count }]) => count > 0));
  const empty = Object.values(told.types).filter(({ count, hash }) => count === 0 && !/^0+$/.test(hash));
  if (canonical(living) !== canonical(digestOf(rows)) || empty.length > 0) {
    environment.violation(
      'DIGEST',
      `told ${JSON.stringify(told)}, recomputed ${JSON.stringify(digestOf(rows))}`,
    );
  }
  if (told.seq !== crowd.world.observer.seq) {
    environment.violation('DIGEST', `told of seq ${told.seq}, there is ${crowd.world.observer.seq}`);
  }
}

/** A device holds what the server holds, row for row and by digest, and nothing waits there. */
async function checkDevice({ environment, crowd, living }: Check, device: SimulatedDevice): Promise<void> {
  const shall = [...living.values()].map(rowText).sort();
  const held = await device.serverRows([...crowd.schema.entities.keys()]);
  const is = held.map(rowText).sort();
  const missing = shall.filter((text) => !is.includes(text));
  const extra = is.filter((text) => !shall.includes(text));
  if (missing.length > 0 || extra.length > 0) {
    environment.violation('EQUAL', `${device.name} lacks ${missing.join(' ')} and has ${extra.join(' ')}`);
  }
  const status = await device.with((client) => client.status());
  // What was refused waits for the app, and with it what needs it.
  if (
    status === 'killed' ||
    (status.pendingCount > 0 && status.refusedCount === 0) ||
    status.sendingCount + status.conflictedCount + status.quarantinedCount > 0
  ) {
    environment.violation('QUEUE', `${device.name} rests with ${JSON.stringify(status)}`);
  }
  const views = await device.with(async (client) => {
    const seen: string[] = [];
    for (const type of crowd.schema.entities.keys()) {
      for (const { id, version, data, state } of await client.query(type)) {
        if (state === 'synced') seen.push(rowText({ type, id, version, data }));
      }
    }
    return seen;
  });
  const strange = views === 'killed' ? [] : views.filter((text) => !shall.includes(text));
  if (strange.length > 0) environment.violation('EQUAL', `${device.name} shows ${strange.join(' ')}`);
}

async function checkVerdict({ environment, crowd }: Check, device: SimulatedDevice): Promise<void> {
  // What was refused waits for the app; then nothing is queued, and the device can compare itself.
  const verdict = await device.with(async (client) => {
    for (const { entityType, id } of await client.queue()) await client.discard(entityType, id);
    return client.verify();
  });
  crowd.world.pulls.atRest(device.name, crowd.world.observer.seq);
  if (verdict !== 'equal') environment.violation('EQUAL', `${device.name} says ${verdict}`);
}

const rowText = ({ type, id, version, data }: Omit<StoredImage, 'deleted' | 'stamps' | 'elements'>): string =>
  `${keyOf(type, id)} v${version} ${canonical(data)}`;
