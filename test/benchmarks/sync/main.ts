import { parseArgs } from 'node:util';
import type { DataWriter } from '../../../lib/connections/syncs/data-writer.ts';
import type { RawStore } from '../../../lib/connections/syncs/raw-store.ts';
import type { SyncDependencies } from '../../../lib/connections/syncs/sync-session.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../lib/core/instants.ts';
import { openEngineStorage, START_MS } from '../../contract-suites/store-fixtures.ts';
import { dynoxide } from '../../support/engines/dynamo-engines.ts';
import { pullProvider, ScriptedCloud } from '../../support/scripted-cloud.ts';
import { openSyncWorld } from '../../support/sync-world.ts';
import { machineLine, table, thousands, writeSection } from '../document.ts';
import { PRICES } from '../ingest/prices.ts';
import { cloudSection } from './cloud-section.ts';
import { measureOnCloud } from './cloud-syncs.ts';
import { liveMemory, type Memory } from './heap.ts';

/**
 * `node test/benchmarks/sync/main.ts [--records 100000]`: one first sync against a database of its own, and then
 * syncs and a push on the local cloud.
 */
const DEFAULT_COUNT = 100_000;
const MAX_COUNT = 5_000_000;
const FIRST_LOOK_COUNT = 1_000;
const GOAL_GROWTH_MB = 50;
const GOAL_RECORDS_PER_SEC = 5_000;
const MEGABYTE = 1_000_000;
const PAGE_SIZE = 1_000;
/** A message is sent, received and deleted. */
const MESSAGE_DOLLARS = 3 * PRICES.queueRequest;

const { values } = parseArgs({ options: { records: { type: 'string', default: String(DEFAULT_COUNT) } } });
const recordCount = Number(values.records);
if (!Number.isSafeInteger(recordCount) || recordCount <= FIRST_LOOK_COUNT || recordCount > MAX_COUNT) {
  throw new Error(`--records is a number from ${FIRST_LOOK_COUNT + 1} to ${MAX_COUNT}`);
}

/** A person with readings at equal distances over the last month: made page by page, never held. */
class EndlessCloud extends ScriptedCloud {
  readonly #gapMs = Math.floor((29 * DAY_MS) / recordCount);

  protected override within(type: string, fromMs: number, toMs: number, start: number) {
    if (type !== 'pulse') return { list: [], isMore: false };
    const beginMs = START_MS - recordCount * this.#gapMs;
    const first = Math.max(0, Math.ceil((fromMs - beginMs) / this.#gapMs)) + start;
    const end = Math.min(recordCount, Math.ceil((toMs - beginMs) / this.#gapMs));
    const last = Math.min(end, first + this.pageSize);
    const list = Array.from({ length: Math.max(0, last - first) }, (_, offset) => ({
      id: `p${first + offset}`,
      atMs: beginMs + (first + offset) * this.#gapMs,
      value: 60 + ((first + offset) % 60),
    }));
    return { list, isMore: last < end };
  }
}

const looks: { readonly count: number; readonly memory: Memory }[] = [];
let storedCount = 0;
let peakBytes = 0;

/** Looks at the memory behind the first group and then every tenth of the records. */
const watched = (writer: DataWriter): DataWriter => ({
  ...writer,
  write: async (scope, group) => {
    const outcome = await writer.write(scope, group);
    storedCount += group.records.length;
    peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
    const next = looks.length === 0 ? FIRST_LOOK_COUNT : (looks.length * recordCount) / 10;
    if (storedCount >= next) looks.push({ count: storedCount, memory: liveMemory() });
    return outcome;
  },
});

/** Pages go nowhere: the bucket is another process, whose memory is not this one's. */
const noRaw: RawStore = {
  put: async () => 'nowhere',
  get: async () => undefined,
  list: async () => [],
  removeAll: async () => undefined,
};

const cloud = new EndlessCloud();
cloud.pageSize = PAGE_SIZE;
const world = await openSyncWorld(
  pullProvider,
  cloud,
  (deps: SyncDependencies) => ({ ...deps, raw: noRaw, writer: watched(deps.writer) }),
  () => openEngineStorage(dynoxide),
);
let inProcess = '';
try {
  const startedMs = performance.now();
  const syncId = await world.requestSync('connect');
  await world.runFor(HOUR_MS);
  const seconds = (performance.now() - startedMs) / 1_000;
  const sync = await world.sync(syncId);
  if (sync.status !== 'succeeded' || sync.counts.accepted !== recordCount) {
    throw new Error(`the sync ended ${sync.status} with ${sync.counts.accepted} records`);
  }
  const syncTransitions = world.transitions.count;
  await world.push({
    kind: 'window',
    dataType: 'pulse',
    window: { fromMs: START_MS, toMs: START_MS },
    replaces: false,
  });
  const messagesBefore = world.messages.count - 1;
  await world.runFor(MINUTE_MS);
  inProcess = sectionOf({
    seconds,
    syncTransitions,
    pages: sync.counts.pages,
    pushTransitions: world.transitions.count - syncTransitions,
    pushMessages: world.messages.count - messagesBefore,
  });
} finally {
  await world.storage.stop();
}
const text = `${inProcess}\n${cloudSection(await measureOnCloud(recordCount))}`;
console.log(text);
if (recordCount === DEFAULT_COUNT) writeSection('sync', text);

function sectionOf(run: {
  readonly seconds: number;
  readonly syncTransitions: number;
  readonly pages: number;
  readonly pushTransitions: number;
  readonly pushMessages: number;
}): string {
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined || last === undefined) throw new Error('nobody looked');
  const megabytes = (bytes: number) => (bytes / MEGABYTE).toFixed(1);
  const heapGrowth = last.memory.heapBytes - first.memory.heapBytes;
  const residentGrowth = last.memory.residentBytes - first.memory.residentBytes;
  const dollars = (count: number, each: number) => `$${(count * each).toFixed(7)}`;
  return `## One provider sync

${machineLine()}

### The engine by itself

\`npm run bench:sync\`: ${thousands(recordCount)} records of one type in pages of ${thousands(PAGE_SIZE)}, from a cloud that answers at once, through the
shipped engine, writer and stores into a database in a process of its own.

${table(
  ['', 'measured', 'goal'],
  [
    [
      'records a second',
      thousands(recordCount / run.seconds),
      `${thousands(GOAL_RECORDS_PER_SEC)} (reported)`,
    ],
    [
      `live memory from record ${thousands(first.count)} to ${thousands(last.count)}`,
      `${megabytes(heapGrowth)} MB more`,
      `below ${GOAL_GROWTH_MB} MB`,
    ],
    ['resident memory between the same', `${megabytes(residentGrowth)} MB more`, ''],
    ['largest resident memory', `${megabytes(peakBytes)} MB`, ''],
    ['pages', thousands(run.pages), ''],
    [
      'state transitions of the sync',
      `${run.syncTransitions} (${dollars(run.syncTransitions, PRICES.stateTransition)})`,
      'by time, not by pages',
    ],
    ['state transitions of a push', String(run.pushTransitions), '0'],
    ['queue messages of a push', `${run.pushMessages} (${dollars(run.pushMessages, MESSAGE_DOLLARS)})`, ''],
  ],
)}
`;
}
