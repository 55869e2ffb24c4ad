import type { LocalTransaction } from './local-store.ts';

/** Order of writes and the clock they carry; one value, because every write moves both. */
export interface ClockState {
  readonly hlc: string | undefined;
  readonly order: number;
  /** What to add to the device's clock to have the server's. */
  readonly offsetMs: number;
}

/** CLI4: what is being sent, stored before it is sent: the same bytes go again until there is an answer. */
export interface OperationUnderWay {
  readonly operationId: string;
  readonly body: string;
  readonly requestIds: readonly string[];
  readonly sentCount: number;
}

/** CLI12: a snapshot that has begun, and where it goes on. */
export interface SnapshotState {
  readonly generation: number;
  readonly cursor: string | undefined;
  readonly thenCursor: string | undefined;
  readonly rowCount: number;
  readonly rowsTotal: number;
}

/** Rows whose parents had not arrived with their page (CLI15). */
export interface IntegrityState {
  readonly suspects: readonly { readonly type: string; readonly id: string }[];
  /** There are more than are listed, or a snapshot has just ended: all rows are looked at. */
  readonly checkAll: boolean;
  /** Runs in a row that ended with a violation. */
  readonly violationCount: number;
  /** A snapshot was taken because of it, and the violation was still there: it is the server's. */
  readonly resyncCount: number;
}

export interface CursorState {
  readonly cursor: string | undefined;
  readonly generation: number;
  /** Cursors that were left behind, newest last: one that comes back is a reply of the past (CLI14). */
  readonly past: readonly string[];
}

const FIRST = {
  clock: { hlc: undefined, order: 0, offsetMs: 0 } satisfies ClockState as ClockState,
  cursor: { cursor: undefined, generation: 0, past: [] } satisfies CursorState as CursorState,
  integrity: {
    suspects: [],
    checkAll: false,
    violationCount: 0,
    resyncCount: 0,
  } satisfies IntegrityState as IntegrityState,
};

export const loadClock = (transaction: LocalTransaction): Promise<ClockState> =>
  load(transaction, 'clock', FIRST.clock);
export const saveClock = (transaction: LocalTransaction, state: ClockState): Promise<void> =>
  save(transaction, 'clock', state);

export const loadCursor = (transaction: LocalTransaction): Promise<CursorState> =>
  load(transaction, 'cursor', FIRST.cursor);
export const saveCursor = (transaction: LocalTransaction, state: CursorState): Promise<void> =>
  save(transaction, 'cursor', state);

export const loadIntegrity = (transaction: LocalTransaction): Promise<IntegrityState> =>
  load(transaction, 'integrity', FIRST.integrity);
export const saveIntegrity = (transaction: LocalTransaction, state: IntegrityState): Promise<void> =>
  save(transaction, 'integrity', state);

export const loadOperation = (transaction: LocalTransaction): Promise<OperationUnderWay | undefined> =>
  load<OperationUnderWay | undefined>(transaction, 'operation', undefined);
export const saveOperation = (
  transaction: LocalTransaction,
  state: OperationUnderWay | undefined,
): Promise<void> => save(transaction, 'operation', state);

export const loadSnapshot = (transaction: LocalTransaction): Promise<SnapshotState | undefined> =>
  load<SnapshotState | undefined>(transaction, 'snapshot', undefined);
export const saveSnapshot = (
  transaction: LocalTransaction,
  state: SnapshotState | undefined,
): Promise<void> => save(transaction, 'snapshot', state);

/** The next pull begins anew; rows stay readable until it has ended. */
export async function requestSnapshot(transaction: LocalTransaction): Promise<void> {
  await saveCursor(transaction, { ...(await loadCursor(transaction)), cursor: undefined });
}

/** A value that is damaged is as good as none: each has a beginning that loses no write (a snapshot, a new clock). */
async function load<State>(transaction: LocalTransaction, name: string, first: State): Promise<State> {
  const text = await transaction.loadValue(name);
  if (text === undefined) return first;
  try {
    return JSON.parse(text) as State;
  } catch {
    return first;
  }
}

async function save<State>(transaction: LocalTransaction, name: string, state: State): Promise<void> {
  await transaction.saveValue(name, state === undefined ? undefined : JSON.stringify(state));
}
