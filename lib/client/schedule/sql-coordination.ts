import type { SqlDatabase, SqlTransaction } from '../storage/sql-database.ts';
import { type Coordination, FIRST_SCHEDULE, type SharedSchedule } from './coordination.ts';
import type { DeviceClock, Timers } from './timers.ts';

/** An owner that died holds others up this long; one that lives renews three times meanwhile. */
const TURN_MS = 60_000;
const RENEW_MS = 20_000;

const TABLES = [
  `CREATE TABLE IF NOT EXISTS headwater_turn (
     name TEXT PRIMARY KEY, owner TEXT NOT NULL, ends_at_ms INTEGER NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS headwater_schedule (name TEXT PRIMARY KEY, schedule TEXT NOT NULL)`,
];
const TAKE = `INSERT INTO headwater_turn (name, owner, ends_at_ms) VALUES (?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, ends_at_ms = excluded.ends_at_ms
  WHERE ends_at_ms <= ? OR ends_at_ms > ? OR owner = excluded.owner`;
const RENEW = 'UPDATE headwater_turn SET ends_at_ms = ? WHERE name = ? AND owner = ?';

/** A turn is one run, not one instance: a run that slept past its end does not pass for its successor. */
let turnCount = 0;

/**
 * CLI47 over a database file that several processes open. `ownerId` is new with each start of the app (a UUID).
 * A turn that ends later than one could was taken before the clock was set back, and is taken over.
 */
export async function createSqlCoordination(deps: {
  readonly database: SqlDatabase;
  readonly ownerId: string;
  readonly clock: DeviceClock;
  readonly timers: Timers;
}): Promise<Coordination> {
  const { database, clock, timers } = deps;
  await database.transaction(async (tx) => {
    for (const table of TABLES) await tx.run(table);
  });
  const ownerOf = async (tx: SqlTransaction, name: string) =>
    (await tx.all('SELECT owner FROM headwater_turn WHERE name = ?', [name]))[0]?.['owner'];
  const take = (name: string, owner: string) =>
    database.transaction(async (tx) => {
      const nowMs = clock.now();
      await tx.run(TAKE, [name, owner, nowMs + TURN_MS, nowMs, nowMs + TURN_MS]);
      return (await ownerOf(tx, name)) === owner;
    });
  const renew = (name: string, owner: string) =>
    database.transaction(async (tx) => {
      await tx.run(RENEW, [clock.now() + TURN_MS, name, owner]);
      return (await ownerOf(tx, name)) === owner;
    });
  const letGo = (name: string, owner: string) =>
    database.transaction((tx) =>
      tx.run('DELETE FROM headwater_turn WHERE name = ? AND owner = ?', [name, owner]),
    );
  return {
    async tryRun(name, work) {
      turnCount += 1;
      const owner = `${deps.ownerId}:${turnCount}`;
      if (!(await take(name, owner))) return { ran: false };
      const renewal = keepRenewing(timers, () => renew(name, owner));
      try {
        return { ran: true, value: await work({ isLost: renewal.isLost }) };
      } finally {
        renewal.stop();
        await letGo(name, owner);
      }
    },
    readSchedule: (name) => database.transaction((tx) => readSchedule(tx, name)),
    writeSchedule: (name, schedule) =>
      database.transaction((tx) =>
        tx.run('INSERT OR REPLACE INTO headwater_schedule (name, schedule) VALUES (?, ?)', [
          name,
          JSON.stringify(schedule),
        ]),
      ),
  };
}

async function readSchedule(tx: SqlTransaction, name: string): Promise<SharedSchedule> {
  const [row] = await tx.all('SELECT schedule FROM headwater_schedule WHERE name = ?', [name]);
  return row === undefined ? FIRST_SCHEDULE : (JSON.parse(String(row['schedule'])) as SharedSchedule);
}

/** A renewal that fails counts as lost: another may have the turn, and whoever sees it stops in time. */
function keepRenewing(
  timers: Timers,
  renew: () => Promise<boolean>,
): { readonly isLost: () => boolean; readonly stop: () => void } {
  let lost = false;
  let stopped = false;
  let cancel = (): void => undefined;
  const step = async (): Promise<void> => {
    const kept = await renew().catch(() => false);
    if (!kept) lost = true;
    else if (!stopped) cancel = timers.after(RENEW_MS, step);
  };
  cancel = timers.after(RENEW_MS, step);
  return {
    isLost: () => lost,
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}
