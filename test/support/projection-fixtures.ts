import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../../lib/core/instants.ts';
import { silentMeter } from '../../lib/observability/metrics.ts';
import type { ChangeEntry } from '../../lib/outbox/model.ts';
import type { ProjectionMessage } from '../../lib/projections/coalesce.ts';
import type { ProjectionDeps } from '../../lib/projections/project-days.ts';
import { decodeSamples } from '../../lib/samples/block-codec.ts';
import { ingestSamples } from '../../lib/samples/ingest-samples.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import { MemoryRollupStore } from './memory-rollup-store.ts';
import { MemorySampleStore } from './memory-sample-store.ts';

export const NOW_MS = Date.parse('2026-11-21T12:00:00Z') as EpochMs;
export const scope: UserScope = {
  workspaceId: 'ws_00000000000000000000000001' as WorkspaceId,
  userId: 'usr_00000000000000000000000001' as UserId,
};

export interface IngestBody {
  readonly requestId: string;
  readonly sources: Readonly<Record<string, unknown>>;
  readonly samples: readonly unknown[];
  readonly deletions?: readonly unknown[];
}

/** One user's stores in memory, the real ingestion into them, and the projector on top. */
export function createProjectionWorld() {
  const samples = new MemorySampleStore();
  const rollups = new MemoryRollupStore();
  let nowMs: number = NOW_MS;
  const clock = {
    now: () => nowMs as EpochMs,
    sleep: async (durationMs: number) => {
      nowMs += durationMs;
    },
  };
  const deps: ProjectionDeps = {
    blocks: samples,
    heads: { load: async () => samples.head },
    workspaces: { loadPriorities: async () => ({ orders: {}, changedAt: {} }) },
    rollups,
    decode: decodeSamples,
    clock,
  };
  const ingest = async (body: IngestBody) => {
    const sent = Buffer.from(JSON.stringify(body));
    const answer = await ingestSamples(
      {
        store: samples,
        reader: samples,
        payloads: samples,
        queue: samples,
        clock,
        randomness: { bytes: (count) => new Uint8Array(count) },
        meter: silentMeter,
      },
      { scope, body: sent, json: JSON.parse(sent.toString()), correlationId: 'c', nowMs: NOW_MS },
    );
    return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> };
  };
  /** The messages that the relay would bring for what was committed after `sinceSeq`. */
  const messages = (sinceSeq = 0): readonly ProjectionMessage[] =>
    samples.changes.filter(({ seq }) => seq > sinceSeq).map(toMessage);
  return { samples, rollups, deps, clock, ingest, messages };
}

function toMessage(entry: ChangeEntry): ProjectionMessage {
  const { seq, committedAtMs, correlationId } = entry;
  const envelope = { id: `event-${seq}`, ...scope, seq, committedAtMs, correlationId };
  const messageId = `message-${seq}`;
  switch (entry.kind) {
    case 'samples': {
      const { requestId, origin } = entry;
      const changes = entry.changes.map((change) => ({ ...change }));
      const detail = { ...envelope, requestId, origin, part: { index: 0, count: 1 }, changes };
      return { messageId, event: { type: 'samples.changed.v1', detail } };
    }
    default:
      throw new Error(`a change of kind ${entry.kind} is not for the projector`);
  }
}
