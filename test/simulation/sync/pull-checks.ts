import type { LogPosition } from '../../../lib/sync/pull/sync-cursor.ts';
import { canonical } from '../oracle/digest-model.ts';
import { keyOf, type StoredImage } from '../oracle/sync-model.ts';
import type { Environment } from '../world/environment.ts';
import type { SyncCall, WireAnswer } from './network.ts';
import type { ObservedCommit } from './observer.ts';

/** What a page tells of a row, of the log or of a snapshot. */
interface ToldRow {
  readonly entityType: string;
  readonly id: string;
  readonly op?: 'upsert' | 'delete';
  readonly version: number;
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * What devices are told is what was committed: each row as it was at its version, and a page that goes up to a
 * commit has every row of the commits that it covers, at least as new. A device never asks from further back
 * than before, but after a snapshot.
 */
export class PullChecks {
  readonly #environment: Environment;
  readonly #bySeq = new Map<number, readonly StoredImage[]>();
  /** By row and version: what it was, `deleted` of a tombstone. */
  readonly #texts = new Map<string, string>();
  readonly #positions = new Map<string, LogPosition>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  committed({ seq, rows }: ObservedCommit): void {
    if (rows.length > 0) this.#bySeq.set(seq, rows);
    for (const row of rows) this.#texts.set(`${keyOf(row.type, row.id)} v${row.version}`, textOf(row));
  }

  /** At rest a device has asked for everything: its cursor stands at the last commit. */
  atRest(device: string, seq: number): void {
    const position = this.#positions.get(device);
    if (position?.seq !== seq)
      this.#violation(`${device} rests at ${JSON.stringify(position)}, there is ${seq}`);
  }

  /** A device sends a request. */
  asked(device: string, path: string, cursor: string | undefined): void {
    if (path === '/v1/sync/snapshot') this.#positions.delete(device);
    const next = path === '/v1/sync/changes' ? positionOf(cursor) : undefined;
    if (next === undefined) return;
    const before = this.#positions.get(device);
    if (before !== undefined && isBehind(next, before)) {
      this.#violation(`${device} goes back from ${JSON.stringify(before)} to ${JSON.stringify(next)}`);
    }
    this.#positions.set(device, next);
  }

  answered(call: SyncCall, answer: WireAnswer): void {
    if (answer.status !== 200) return;
    const body = JSON.parse(answer.body) as {
      readonly changes?: readonly ToldRow[];
      readonly rows?: readonly ToldRow[];
      readonly cursor: string;
    };
    for (const row of [...(body.changes ?? []), ...(body.rows ?? [])]) this.#checkRow(row);
    if (call.operation === 'pullChanges') {
      this.#checkPage(
        positionOf(call.request.query?.['cursor']),
        body.changes ?? [],
        positionOf(body.cursor),
      );
    }
  }

  #checkRow({ entityType, id, op, version, data }: ToldRow): void {
    const place = `${keyOf(entityType, id)} v${version}`;
    const told = op === 'delete' ? 'deleted' : canonical(data);
    if (this.#texts.get(place) !== told) {
      this.#violation(`${place} was told as ${told} and committed as ${this.#texts.get(place)}`);
    }
  }

  #checkPage(from: LogPosition | undefined, told: readonly ToldRow[], to: LogPosition | undefined): void {
    if (to === undefined) return;
    const versions = new Map(told.map((row) => [keyOf(row.entityType, row.id), row.version]));
    const isFirstWhole = (from?.offset ?? 0) === 0;
    for (let seq = (from?.seq ?? 0) + 1; seq <= to.seq; seq += 1) {
      if (!isFirstWhole && seq === (from?.seq ?? 0) + 1) continue;
      for (const { type, id, version } of this.#bySeq.get(seq) ?? []) {
        const has = versions.get(keyOf(type, id)) ?? 0;
        if (has >= version) continue;
        this.#violation(
          `a page up to ${to.seq} has ${keyOf(type, id)} v${has}, commit ${seq} made v${version}`,
        );
      }
    }
  }

  #violation(what: string): void {
    this.#environment.violation('PULL', what);
  }
}

const textOf = ({ deleted, data }: StoredImage): string => (deleted ? 'deleted' : canonical(data));

const isBehind = (next: LogPosition, before: LogPosition): boolean =>
  next.epoch === before.epoch &&
  (next.seq < before.seq || (next.seq === before.seq && next.offset < before.offset));

/** Cursors are opaque to devices; a check may look inside. */
function positionOf(cursor: string | undefined): LogPosition | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').subarray(6).toString('utf8');
  const { e, s, o } = JSON.parse(text) as { e: string; s: number; o: number };
  return { epoch: e, seq: s, offset: o };
}
