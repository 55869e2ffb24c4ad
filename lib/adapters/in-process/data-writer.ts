import { hash } from 'node:crypto';
import type { RequestId } from '../../../contracts/primitives/ids.ts';
import {
  type DataGroup,
  type DataOutcome,
  type DataWriter,
  MAX_LISTED_MOVE_COUNT,
} from '../../connections/syncs/data-writer.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { ChangeEntry } from '../../outbox/model.ts';
import { AppError } from '../../problems/app-error.ts';
import type { TimeWindow } from '../../providers/model.ts';
import { eraseProviderRecords } from '../../records/erase-provider.ts';
import type { WriteRecordsDependencies } from '../../records/write-records.ts';
import { type EraseProviderDependencies, eraseProviderSamples } from '../../samples/erase-provider.ts';
import type { HeadStore } from '../../samples/head-store.ts';
import type { Head, Sample, UserScope } from '../../samples/model.ts';
import { parseIngestRequest } from '../../samples/parse-request.ts';
import { type RunDependencies, runRequest } from '../../samples/run-request.ts';
import type { TrackStore } from '../../workouts/tracks/track-store.ts';
import { addOutcome, NO_OUTCOME, readAnswer } from './ingest-outcome.ts';
import { listStored } from './list-stored.ts';
import { createOverlay } from './overlay-store.ts';
import { replacedItems } from './replaced-items.ts';
import { splitGroup } from './split-group.ts';
import { type IngestItem, toBatches, toEnvelope } from './to-ingest-items.ts';

export interface DataWriterDependencies {
  readonly samples: RunDependencies;
  readonly records: WriteRecordsDependencies;
  readonly heads: HeadStore;
  readonly erase: EraseProviderDependencies;
  readonly tracks: Pick<TrackStore, 'removeAll'>;
  /** lib/samples/block-codec.ts. */
  readonly decode: (payload: Uint8Array) => readonly Sample[];
}

/**
 * DataWriter over the ingest core and the record store, in this process. Records go first, then the samples,
 * those that records give among them: a crash between the two is made good by a repeat, since what a record
 * gives is worked out again from the group and from what is known of it, deleted or not.
 */
export const createDataWriter = (deps: DataWriterDependencies): DataWriter => ({
  write: (scope, group) => writeGroup(deps, scope, group),
  preview: async (scope, group) => {
    const base = {
      samples: deps.samples.store,
      payloads: deps.samples.payloads,
      records: deps.records.store,
    };
    const overlay = createOverlay(base);
    const outcome = await writeGroup(
      {
        ...deps,
        samples: { ...deps.samples, store: overlay.samples, payloads: overlay.payloads },
        records: { ...deps.records, store: overlay.records },
      },
      scope,
      group,
    );
    return { ...outcome, moves: overlay.changes.flatMap(movesOf).slice(0, MAX_LISTED_MOVE_COUNT) };
  },
  eraseProvider: async (scope, provider, correlationId) => {
    const records = await eraseProviderRecords(deps.records, scope, provider, correlationId);
    // The workouts that named them are gone: a repeat after a crash still finds the tracks by the provider.
    await deps.tracks.removeAll(scope, provider);
    return records + (await eraseProviderSamples(deps.erase, scope, provider, correlationId));
  },
  listStored: (scope, provider, metrics, window) =>
    listStored({ heads: deps.heads, reader: deps.samples.reader, decode: deps.decode }, scope, {
      provider,
      metrics,
      window,
    }),
});

const toListDependencies = ({ heads, samples, decode }: DataWriterDependencies) => ({
  heads,
  reader: samples.reader,
  decode,
});

async function writeGroup(
  deps: DataWriterDependencies,
  scope: UserScope,
  group: DataGroup,
): Promise<DataOutcome> {
  const head = await deps.heads.load(scope);
  requireOpen(head);
  const { provider } = group;
  const listReadings = (metrics: readonly string[], window: TimeWindow) =>
    listStored(toListDependencies(deps), scope, { provider, metrics, window });
  const split = await splitGroup({ ...deps.records, listReadings }, scope, group, head);
  let outcome = split.outcome;
  // What moved to another day goes from the old one first: a record id in two buckets is two samples (ING2).
  const gone = await replacedItems(listReadings, group, head);
  // Behind them by itself what is offered no longer: a repeat, which finds it gone, is the same for the others.
  for (const items of [split.firstDeletions, split.items, gone]) {
    for (const batch of toBatches(items)) {
      const listed = [...batch.samples, ...batch.deletions];
      outcome = addOutcome(
        outcome,
        await runBatch(deps, scope, group, { envelope: toEnvelope(batch), listed }),
      );
    }
  }
  return outcome;
}

function requireOpen(head: Head | undefined): asserts head is Head {
  if (head === undefined || head.erasedAtMs !== undefined) {
    throw new AppError('user.not_found', 'There is no user by this id.');
  }
  if (!head.privacy.uploadEnabled) {
    throw new AppError('ingest.upload_disabled', 'the user has switched uploads off');
  }
}

/** The request id holds a hash of what is sent: another content of the same group is another request (ING6). */
async function runBatch(
  deps: DataWriterDependencies,
  scope: UserScope,
  { groupKey, origin, correlationId, nowMs }: DataGroup,
  batch: { readonly envelope: ReturnType<typeof toEnvelope>; readonly listed: readonly IngestItem[] },
): Promise<DataOutcome> {
  if (batch.listed.length === 0) return NO_OUTCOME;
  const digest = hash('sha256', canonicalJson(batch.envelope), 'hex').slice(0, 20);
  const requestId = `${groupKey}.${digest}` as RequestId;
  const request = parseIngestRequest({ requestId, origin, ...batch.envelope });
  const job = { scope, request, correlationId, nowMs, payloadKey: undefined };
  return readAnswer(await runRequest(deps.samples, job), batch.listed);
}

function movesOf(change: ChangeEntry): DataOutcome['moves'] {
  if (change.kind === 'samples') {
    return change.changes.map(({ metric, dates, counts }) => ({ what: metric, dates, counts }));
  }
  if (change.kind !== 'records') return [];
  return change.changes.map((record) => ({
    what: record.kind,
    dates: record.dates,
    counts: {
      added: record.change === 'created' ? 1 : 0,
      updated: record.change === 'updated' ? 1 : 0,
      deleted: record.change === 'deleted' ? 1 : 0,
    },
  }));
}
