import type { Change } from '../../contracts/http/changes.ts';
import { assertNever } from '../core/assert.ts';
import { type EpochMs, toIso } from '../core/instants.ts';
import type { ChangeEntry } from '../outbox/model.ts';

/** A change entry as the API tells it: what changed, field by field, and never a value (OBX3). */
export function toChange(entry: ChangeEntry): Change {
  const base = {
    seq: entry.seq,
    committedAt: toIso(entry.committedAtMs),
    correlationId: entry.correlationId,
  };
  switch (entry.kind) {
    case 'samples':
      return {
        ...base,
        kind: 'samples',
        requestId: entry.requestId,
        origin: entry.origin,
        changes: entry.changes.map((change) => ({
          metric: change.metric,
          sourceId: change.sourceId,
          block: change.block,
          version: change.version,
          from: toIso(change.fromMs as EpochMs),
          to: toIso(change.toMs as EpochMs),
          dates: [...change.dates],
          counts: { ...change.counts },
        })),
      };
    case 'priorities':
      return { ...base, kind: 'priorities', metrics: [...entry.metrics] };
    case 'erasure':
      return { ...base, kind: 'erasure', erasedAt: toIso(entry.erasedAtMs) };
    default:
      return assertNever(entry);
  }
}
