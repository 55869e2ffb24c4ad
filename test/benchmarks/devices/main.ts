import { parseArgs } from 'node:util';
import { startBenchCloud } from '../bench-cloud.ts';
import { writeSection } from '../document.ts';
import { benchRows } from './bench-rows.ts';
import { countLostUpdates } from './lost-updates.ts';
import { measureOurs } from './ours.ts';
import { measurePouch, openPouchDevices } from './pouch.ts';
import { measureRxdb } from './rxdb.ts';
import { openRxdbDevices } from './rxdb-devices.ts';
import { measureRxdbOnHeadwater, openRxdbOnHeadwater } from './rxdb-on-headwater.ts';
import { openSdkDevices } from './sdk-device.ts';
import { devicesSection, type Round } from './section.ts';
import { pouchTurns, rxdbTurns, sdkTurns } from './visibility.ts';

/*
 * `npm run bench:devices [-- --rows 10000 --many 100000 --rounds 3]`: the same rows through Headwater, PouchDB
 * and RxDB by turns, and the section of docs/benchmarks.md. It reports and never fails on a time.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000' },
    many: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
  },
});
const rowCount = Number(values.rows);
const manyCount = Number(values.many);
const roundCount = Number(values.rounds);
const WARM_ROWS = 1_000;
const EDITED_ROWS = 200;
const VISIBLE_TURNS = 50;
const SEED = 20_261_121;

const say = (line: string): void => console.error(line);

const cloud = await startBenchCloud({ args: ['--no-simulator'] });
try {
  const measure = async (count: number, seed: number): Promise<Round> => {
    const rows = benchRows(count, seed);
    return {
      ours: await measureOurs(cloud, rows),
      pouch: await measurePouch(rows),
      rxdb: await measureRxdb(rows),
      rxdbOnHeadwater: await measureRxdbOnHeadwater(cloud, rows),
    };
  };
  say('warming up, also for the minute after which rows have settled ...');
  await measure(WARM_ROWS, SEED);
  const rounds: Round[] = [];
  for (let round = 0; round < roundCount; round += 1) {
    say(`round ${round + 1} of ${roundCount}, ${rowCount} rows each ...`);
    rounds.push(await measure(rowCount, SEED + round));
  }
  say(`${manyCount} rows ...`);
  const many = manyCount === 0 ? undefined : await measureOurs(cloud, benchRows(manyCount, SEED - 1));
  say('a write on one device, seen on another ...');
  const visibleMs = {
    ours: await sdkTurns(cloud, VISIBLE_TURNS),
    pouch: await pouchTurns(VISIBLE_TURNS),
    rxdb: await rxdbTurns(VISIBLE_TURNS),
  };
  say('edits of different fields of one row ...');
  const edited = benchRows(EDITED_ROWS, SEED - 2);
  const lost = {
    ours: await countLostUpdates(openSdkDevices(cloud), edited),
    rxdbOnHeadwater: await countLostUpdates(openRxdbOnHeadwater(cloud), edited),
    pouch: await countLostUpdates(openPouchDevices, edited),
    rxdb: await countLostUpdates(openRxdbDevices, edited),
  };
  const text = devicesSection({
    rounds,
    rowCount,
    many,
    manyCount,
    visibleMs,
    lost,
    editedRowCount: EDITED_ROWS,
  });
  console.log(text);
  writeSection('devices', text);
} finally {
  await cloud.stop();
}
// RxDB keeps timers for as long as its process runs.
process.exit();
