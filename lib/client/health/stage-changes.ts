import { type EpochMs, toIso } from '../../core/instants.ts';
import type { HealthPart } from './health-part.ts';
import type { NativeDeletion, NativeRecord } from './health-source.ts';
import type { HealthStagingTransaction } from './health-staging.ts';
import { keyOf, newPart, partsOf, type ZoneOffsetAt } from './map-record.ts';
import type { HealthPlatform } from './type-mapping.ts';

const DAY_MS = 86_400_000;
/** What a deletion by range may span (contracts/limits.ts), and how far back one that we know nothing of looks. */
const RANGE_MS = 31 * DAY_MS;
const RANGE_COUNT = 3;

export interface StagingRules {
  readonly platform: HealthPlatform;
  readonly zoneOffsetAt: ZoneOffsetAt | undefined;
}

/**
 * CLI51, CLI52: records as the platform has them now. What is known with the same content is left alone, also
 * where the server refused it; what is newer takes the place of what waits; and what a record no longer has is
 * deleted. Repeating it changes nothing.
 */
export async function stageRecords(
  tx: HealthStagingTransaction,
  records: readonly NativeRecord[],
  rules: StagingRules,
): Promise<void> {
  const known = byRecord(await tx.listParts(records.map((record) => record.id)));
  for (const record of records) {
    const parts = partsOf(record, rules.platform, rules.zoneOffsetAt);
    const before = new Map((known.get(record.id) ?? []).map((part) => [part.key, part]));
    const keys = new Set(parts.map((part) => part.key));
    await tx.saveParts(parts.filter((part) => isNews(part, before.get(part.key))));
    const gone = [...before.values()].filter(
      (part) => !keys.has(part.key) && !isNewer(part, record.revision),
    );
    await dropParts(tx, gone);
    known.set(record.id, [...parts]);
  }
}

/** CLI52: records that the platform no longer has. */
export async function stageDeletions(
  tx: HealthStagingTransaction,
  deletions: readonly NativeDeletion[],
  rules: StagingRules & { readonly nowMs: number },
): Promise<void> {
  const known = byRecord(await tx.listParts(deletions.map((deletion) => deletion.id)));
  for (const deletion of deletions) {
    const parts = known.get(deletion.id);
    if (parts !== undefined) await dropParts(tx, parts);
    else await tx.saveParts(rangeDeletions(deletion, rules));
  }
}

function isNews(part: HealthPart, known: HealthPart | undefined): boolean {
  if (known === undefined) return true;
  return known.contentHash !== part.contentHash && !isNewer(known, part.revision);
}

const isNewer = (known: HealthPart, revision: number | undefined): boolean =>
  known.revision !== undefined && revision !== undefined && known.revision > revision;

function byRecord(parts: readonly HealthPart[]): Map<string, HealthPart[]> {
  const grouped = new Map<string, HealthPart[]>();
  for (const part of parts) grouped.set(part.recordId, [...(grouped.get(part.recordId) ?? []), part]);
  return grouped;
}

/** The server never had what it refused. Everything else it may have, also what has no answer yet. */
async function dropParts(tx: HealthStagingTransaction, parts: readonly HealthPart[]): Promise<void> {
  await tx.removeParts(parts.filter((part) => part.state === 'refused').map((part) => part.key));
  const deletable = parts.filter((part) => part.state !== 'refused' && part.body?.kind !== 'deletion');
  await tx.saveParts(deletable.map(deletionOf));
}

/** With the revision of the sample: of two equal ones the deletion stands (ING4). */
function deletionOf(part: HealthPart): HealthPart {
  const { metric, wireRecordId, startMs, revision } = part;
  const deletion = {
    metric,
    recordId: wireRecordId,
    start: toIso(startMs as EpochMs),
    ...(revision === undefined ? {} : { revision }),
  };
  return newPart(part, { kind: 'deletion', deletion });
}

/** Of a record that was never sent from here, or so long ago that it was forgotten: by id, in any source. */
function rangeDeletions(
  { id, type }: NativeDeletion,
  rules: StagingRules & { readonly nowMs: number },
): readonly HealthPart[] {
  const fields = Object.values(rules.platform.types[type ?? ''] ?? {});
  const metrics = [...new Set(fields.map((field) => field.metric))];
  // A record that may have changed has a revision, and only one that is not older deletes it.
  const revision = rules.platform.recordsChange ? rules.nowMs : undefined;
  return metrics.flatMap((metric) =>
    Array.from({ length: RANGE_COUNT }, (_unused, index) => {
      const toMs = rules.nowMs - index * RANGE_MS;
      const identity = { metric, source: undefined, wireRecordId: id, startMs: toMs - RANGE_MS };
      const deletion = {
        metric,
        recordId: id,
        from: toIso(identity.startMs as EpochMs),
        to: toIso(toMs as EpochMs),
        ...(revision === undefined ? {} : { revision }),
      };
      const key = `range ${keyOf(identity)}`;
      return newPart({ ...identity, key, recordId: id, revision }, { kind: 'deletion', deletion });
    }),
  );
}
