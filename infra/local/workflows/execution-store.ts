import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';

const Status = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT']);

const Row = z.object({
  machine: z.string(),
  name: z.string(),
  status: Status,
  input: z.string(),
  startedAtMs: z.number(),
  stoppedAtMs: z.number().nullable(),
  output: z.string().nullable(),
  error: z.string().nullable(),
  cause: z.string().nullable(),
  transitionCount: z.number(),
});

/** One execution of a state machine, and how it ended. */
export type Execution = Readonly<z.infer<typeof Row>>;
export type ExecutionEnd = Pick<Execution, 'status' | 'stoppedAtMs' | 'output' | 'error' | 'cause'>;

export interface ExecutionStore {
  find(machine: string, name: string): Execution | undefined;
  /** Kept through any kill once it returns. The name must not be in use. */
  add(execution: Pick<Execution, 'machine' | 'name' | 'input' | 'startedAtMs'>): Execution;
  countTransition(machine: string, name: string): void;
  end(machine: string, name: string, how: ExecutionEnd): void;
  running(): readonly Execution[];
  /** The newest first. */
  list(machine: string, status: string | undefined, limit: number): readonly Execution[];
  /** Forgets what ended before then, so that its names can be used again. */
  removeEndedBefore(timeMs: number): void;
  close(): void;
}

const COLUMNS =
  'machine, name, status, input, started_at_ms AS startedAtMs, stopped_at_ms AS stoppedAtMs, output, error, cause, transitions AS transitionCount';

export function openExecutionStore(path: string): ExecutionStore {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS executions (machine TEXT, name TEXT, status TEXT NOT NULL, input TEXT NOT NULL,
      started_at_ms INTEGER NOT NULL, stopped_at_ms INTEGER, output TEXT, error TEXT, cause TEXT,
      transitions INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (machine, name))`);
  const find = database.prepare(`SELECT ${COLUMNS} FROM executions WHERE machine = ? AND name = ?`);
  const add = database.prepare(
    `INSERT INTO executions (machine, name, status, input, started_at_ms) VALUES (?, ?, 'RUNNING', ?, ?) RETURNING ${COLUMNS}`,
  );
  const count = database.prepare(
    'UPDATE executions SET transitions = transitions + 1 WHERE machine = ? AND name = ?',
  );
  const end = database.prepare(
    'UPDATE executions SET status = ?, stopped_at_ms = ?, output = ?, error = ?, cause = ? WHERE machine = ? AND name = ?',
  );
  const running = database.prepare(
    `SELECT ${COLUMNS} FROM executions WHERE status = 'RUNNING' ORDER BY started_at_ms`,
  );
  const list = database.prepare(
    `SELECT ${COLUMNS} FROM executions WHERE machine = ? AND (? IS NULL OR status = ?) ORDER BY started_at_ms DESC LIMIT ?`,
  );
  const remove = database.prepare('DELETE FROM executions WHERE stopped_at_ms < ?');
  return {
    find: (machine, name) => {
      const row = find.get(machine, name);
      return row === undefined ? undefined : Row.parse(row);
    },
    add: ({ machine, name, input, startedAtMs }) => Row.parse(add.get(machine, name, input, startedAtMs)),
    countTransition: (machine, name) => void count.run(machine, name),
    end: (machine, name, { status, stoppedAtMs, output, error, cause }) =>
      void end.run(status, stoppedAtMs, output, error, cause, machine, name),
    running: () => Row.array().parse(running.all()),
    list: (machine, status = '', limit) => {
      const wanted = status === '' ? null : status;
      return Row.array().parse(list.all(machine, wanted, wanted, limit));
    },
    removeEndedBefore: (timeMs) => void remove.run(timeMs),
    close: () => database.close(),
  };
}
