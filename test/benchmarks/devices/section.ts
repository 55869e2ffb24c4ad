import { readFileSync } from 'node:fs';
import { machineLine, table, thousands } from '../document.ts';
import type { LostUpdates } from './lost-updates.ts';
import type { CloudCpu, OurFigures } from './ours.ts';
import type { PouchFigures } from './pouch.ts';
import type { RxdbFigures } from './rxdb.ts';
import type { RxdbOnHeadwater } from './rxdb-on-headwater.ts';

export interface Round {
  readonly ours: OurFigures;
  readonly pouch: PouchFigures;
  readonly rxdb: RxdbFigures;
  readonly rxdbOnHeadwater: RxdbOnHeadwater;
}

export interface DeviceFigures {
  readonly rounds: readonly Round[];
  readonly rowCount: number;
  /** A single run of many rows. */
  readonly many: OurFigures | undefined;
  readonly manyCount: number;
  /** Each sorted. */
  readonly visibleMs: Readonly<Record<'ours' | 'pouch' | 'rxdb', readonly number[]>>;
  readonly lost: Readonly<Record<'ours' | 'rxdbOnHeadwater' | 'pouch' | 'rxdb', LostUpdates>>;
  readonly editedRowCount: number;
}

const GOALS = { pull: 20_000, push: 4_000, apply: 20_000 } as const;

/** The section of docs/benchmarks.md. */
export function devicesSection(figures: DeviceFigures): string {
  return `## Devices: \`npm run bench:devices\`

${machineLine()} · PouchDB ${versionOf('pouchdb-core')}, RxDB ${versionOf('rxdb')}

**Rows.** Generated journal entries (title, content of 40 words, mood, two tags), about 390 bytes of JSON each, the same for all. Medians of
${figures.rounds.length} rounds of ${thousands(figures.rowCount)} rows in which the engines take turns; each copy goes into an empty side.

### Speed

${speedTable(figures)}

What each path includes: Headwater's server is the whole local cloud (gateway, authentication, rate limit, function, encryption of each row, DynamoDB engine that
writes to disk with \`fsync\`, change log, digest); it runs in processes of its own and shares the two cores with the client. PouchDB and RxDB keep everything
in memory, without authentication, encryption or a log on disk; their HTTP servers are 50 lines of this benchmark in the client's own process
(neither package brings one), so their figures over HTTP are near their best case. The SDK writes to a SQLite file and checks references; PouchDB and RxDB
write to memory.

${cpuTable(figures)}

Processor time of the local cloud, which what else the machine does changes less than wall-clock time. ${shortfallLine(figures)}

### First sync, and what is on the wire

${firstSyncTable(figures)}

### From one device to another

${visibleTable(figures.visibleMs)}

A write on one device, its push, a pull on another that is told to look, and the row read there; over HTTP for all, with the same differences as above.

### Lost updates

${lostTable(figures)}

Two devices are offline and each edits ${thousands(figures.editedRowCount)} rows that both have, one their titles and the other their contents, so that no two edits meet in a field. Then all sync until
nothing moves. An edit is lost when it is on no device's row any more. PouchDB keeps the losing revision for an application that asks for its conflicts; RxDB's default handler
keeps what the server has. Both let an application bring a merge of its own; the table is what happens without one. RxDB on Headwater is RxDB with the same
default handler, whose server merges by field.`;
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0;

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string }).version;

function speedTable({ rounds, rowCount }: DeviceFigures): string {
  const rate = (secondsIn: (round: Round) => number): number => rowCount / median(rounds.map(secondsIn));
  const pull = rate(({ ours }) => ours.pullSec);
  const push = rate(({ ours }) => ours.pushSec);
  const line = (what: string, figure: number, ratio: number, goal: string): readonly string[] => [
    what,
    thousands(figure),
    ratio.toFixed(2),
    goal,
  ];
  const pulls: readonly (readonly [string, number])[] = [
    ['pull: PouchDB over HTTP', rate(({ pouch }) => pouch.pullSec)],
    ['pull: RxDB over HTTP', rate(({ rxdb }) => rxdb.pullSec)],
    ['pull: RxDB from Headwater', rate(({ rxdbOnHeadwater }) => rxdbOnHeadwater.pullSec)],
    ['copy in one process: PouchDB', rate(({ pouch }) => pouch.memorySec)],
    ['copy in one process: RxDB', rate(({ rxdb }) => rxdb.memorySec)],
  ];
  const pushes: readonly (readonly [string, number])[] = [
    ['push: PouchDB over HTTP', rate(({ pouch }) => pouch.pushSec)],
    ['push: RxDB over HTTP', rate(({ rxdb }) => rxdb.pushSec)],
    ['push: RxDB to Headwater', rate(({ rxdbOnHeadwater }) => rxdbOnHeadwater.pushSec)],
  ];
  return table(
    ['rows per second, one client', 'rows/s', 'to Headwater’s', 'goal'],
    [
      line('**pull: Headwater**, HTTP, to parsed rows', pull, 1, thousands(GOALS.pull)),
      line(
        'pull: Headwater’s SDK, HTTP, to rows in SQLite',
        rate(({ ours }) => ours.firstSyncSec),
        rate(({ ours }) => ours.firstSyncSec) / pull,
        '',
      ),
      ...pulls.map(([what, figure]) => line(what, figure, figure / pull, '')),
      line('**push: Headwater**, HTTP, full pushes, to the acknowledgement', push, 1, thousands(GOALS.push)),
      ...pushes.map(([what, figure]) => line(what, figure, figure / push, '')),
      line(
        '**apply: Headwater’s SDK** into SQLite, answers at hand',
        rate(({ ours }) => ours.applySec),
        1,
        thousands(GOALS.apply),
      ),
    ],
  );
}

function cpuTable({ rounds }: DeviceFigures): string {
  const us = (value: number): string => `${value.toFixed(0)} us`;
  const line = (what: string, of: (ours: OurFigures) => CloudCpu): readonly string[] => [
    what,
    us(median(rounds.map(({ ours }) => of(ours).databaseUs))),
    us(median(rounds.map(({ ours }) => of(ours).restUs))),
  ];
  return table(
    ['processor time per row', 'database', 'gateway, functions, stream, queues'],
    [line('push', ({ pushCpu }) => pushCpu), line('pull', ({ pullCpu }) => pullCpu)],
  );
}

function shortfallLine({ rounds, rowCount }: DeviceFigures): string {
  const rate = (secondsIn: (ours: OurFigures) => number): number =>
    rowCount / median(rounds.map(({ ours }) => secondsIn(ours)));
  const missed = [
    rate(({ pullSec }) => pullSec) < GOALS.pull ? 'pull' : '',
    rate(({ pushSec }) => pushSec) < GOALS.push ? 'push' : '',
    rate(({ applySec }) => applySec) < GOALS.apply ? 'apply' : '',
  ].filter((goal) => goal !== '');
  if (missed.length === 0) return 'All three goals are met.';
  return `**Missed in this run: ${missed.join(', ')}.** A push waits for database and function by turns.`;
}

function firstSyncTable({ rounds, rowCount, many, manyCount }: DeviceFigures): string {
  const seconds = (value: number): string => `${value.toFixed(2)} s`;
  const bytes = (value: number): string => `${(value / rowCount).toFixed(0)} B`;
  const of = (figure: (round: Round) => number): number => median(rounds.map(figure));
  const head = [
    'first sync to one client',
    `${thousands(rowCount)} rows`,
    `${thousands(manyCount)} rows`,
    'on the wire per row',
  ];
  const manyText = many === undefined ? 'not measured' : seconds(many.firstSyncSec);
  return table(head, [
    [
      'Headwater’s SDK, into SQLite',
      seconds(of(({ ours }) => ours.firstSyncSec)),
      manyText,
      `${bytes(of(({ ours }) => ours.pullBytes))} (gzip)`,
    ],
    [
      'PouchDB over HTTP, into memory',
      seconds(of(({ pouch }) => pouch.pullSec)),
      'not measured',
      bytes(of(({ pouch }) => pouch.pullBytes)),
    ],
    [
      'RxDB over HTTP, into memory',
      seconds(of(({ rxdb }) => rxdb.pullSec)),
      'not measured',
      bytes(of(({ rxdb }) => rxdb.pullBytes)),
    ],
  ]);
}

function visibleTable({ ours, rxdb, pouch }: DeviceFigures['visibleMs']): string {
  const line = (what: string, sorted: readonly number[]): readonly string[] => {
    const at = (share: number): string => `${(sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(0)} ms`;
    return [what, at(0.5), at(0.95)];
  };
  return table(
    [`a write is read on another device, ${ours.length} turns`, 'median', '95th percentile'],
    [
      line('**Headwater**, SDK, into SQLite', ours),
      line('RxDB, into memory', rxdb),
      line('PouchDB, into memory', pouch),
    ],
  );
}

function lostTable({ lost }: DeviceFigures): string {
  const line = (what: string, { editCount, lostCount, areEqual }: LostUpdates): readonly string[] => [
    what,
    thousands(editCount),
    thousands(lostCount),
    areEqual ? 'yes' : 'no',
  ];
  return table(
    ['concurrent edits of different fields of one row', 'edits', 'lost', 'devices equal at the end'],
    [
      line('**Headwater**, SDK', lost.ours),
      line('RxDB on Headwater', lost.rxdbOnHeadwater),
      line('RxDB', lost.rxdb),
      line('PouchDB', lost.pouch),
    ],
  );
}
