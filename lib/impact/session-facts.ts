import { EARLIEST_SAMPLE_MS } from '../../contracts/limits.ts';
import { type EpochMs, MINUTE_MS } from '../core/instants.ts';
import { parseIsoTime } from '../core/iso-time.ts';
import type { StoredRow } from '../sync/model.ts';
import type { ProductCredit, SessionFacts, SessionStatus } from './model.ts';

const STATUSES: ReadonlySet<unknown> = new Set<SessionStatus>(['ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED']);
/** 9999-01-01: places are texts of four-digit years. */
const LATEST_START_MS = 253_370_764_800_000;

/**
 * A row of `sessions` with the living consumptions that name it, as impact sees it (SIP2, SIP3). Undefined: the
 * row is deleted, or began when no sample can have been taken.
 */
export function sessionFacts(
  row: StoredRow,
  consumptions: readonly Pick<StoredRow, 'references'>[],
): SessionFacts | undefined {
  const { startedAt, endedAt, status } = row.state.data;
  const startedAtMs = instantOf(startedAt);
  if (row.state.deleted || startedAtMs === undefined) return undefined;
  return {
    sessionId: row.id,
    version: row.state.version,
    startedAtMs,
    endedAtMs: instantOf(endedAt),
    status: isStatus(status) ? status : 'ACTIVE',
    credit: creditOf(row.references['primaryProductId'], consumptions),
  };
}

/** Whether its consumptions decide whom it is credited to: else they need not be read. */
export const needsConsumptions = (row: StoredRow): boolean =>
  !row.state.deleted &&
  row.state.data['status'] === 'COMPLETED' &&
  row.references['primaryProductId'] === undefined;

function creditOf(
  primaryProductId: string | undefined,
  consumptions: readonly Pick<StoredRow, 'references'>[],
): ProductCredit {
  if (primaryProductId !== undefined) return { kind: 'primary', productId: primaryProductId };
  const [productId, ...others] = new Set(
    consumptions.flatMap(({ references }) => references['productId'] ?? []),
  );
  if (productId === undefined) return { kind: 'none' };
  return others.length === 0 ? { kind: 'single', productId } : { kind: 'several' };
}

const isStatus = (value: unknown): value is SessionStatus => STATUSES.has(value);

function instantOf(value: unknown): EpochMs | undefined {
  const time = typeof value === 'string' ? parseIsoTime(value) : undefined;
  if (time === undefined || time.offset === 'none') return undefined;
  const atMs = time.wallMs - (time.offset === 'utc' ? 0 : time.offset) * MINUTE_MS;
  return atMs >= EARLIEST_SAMPLE_MS && atMs <= LATEST_START_MS ? (atMs as EpochMs) : undefined;
}
