import type { RebuildStep } from '../../contracts/commands/rebuild-step.ts';
import type { RebuildId, UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { LocalDate } from '../../lib/core/instants.ts';
import { MINUTE_MS } from '../../lib/core/instants.ts';
import { replacePriorities } from '../../lib/projections/edit-priorities.ts';
import { listRollups } from '../../lib/projections/list-rollups.ts';
import { projectBatch } from '../../lib/projections/project-batch.ts';
import { createRollupRebuilder } from '../../lib/projections/rollup-rebuilder.ts';
import { requireRollupMetric } from '../../lib/reads/parse-query.ts';
import { isActive, type RebuildJob, type Recomputation } from '../../lib/rebuilds/model.ts';
import type { RebuildStore } from '../../lib/rebuilds/rebuild-store.ts';
import type { RecomputationStore } from '../../lib/rebuilds/recomputation-store.ts';
import { startRecomputation, takeRecomputationStep } from '../../lib/rebuilds/recompute.ts';
import { type RebuildWanted, startRebuild } from '../../lib/rebuilds/start-rebuild.ts';
import { takeRebuildStep } from '../../lib/rebuilds/take-rebuild-step.ts';
import type { HeadStore } from '../../lib/samples/head-store.ts';
import type { Head } from '../../lib/samples/model.ts';
import { createProjectionWorld, scope } from './projection-fixtures.ts';

const SOURCES = {
  w: { provider: 'garmin', device: { type: 'watch' } },
  p: { provider: 'apple_health', device: { type: 'phone' } },
};

interface StepsSample {
  readonly source: 'w' | 'p';
  readonly start: string;
  readonly value: number;
}

type Queued = (RebuildStep | { readonly kind: 'changed'; readonly seq: number }) & { receiveCount: number };

/** RebuildStore in memory, with the conditions of the port. */
export class MemoryRebuildStore implements RebuildStore {
  readonly jobs = new Map<string, RebuildJob>();
  readonly #requests = new Map<string, { rebuildId: RebuildId; payloadHash: string }>();

  activeCount(workspaceId: WorkspaceId): number {
    return [...this.jobs.values()].filter((job) => job.workspaceId === workspaceId && isActive(job)).length;
  }
  async create(...[job, request, placeCount]: Parameters<RebuildStore['create']>) {
    const name = `${job.workspaceId}/${request?.key}`;
    const known = request === undefined ? undefined : this.#requests.get(name);
    if (known !== undefined) return { kind: 'exists' as const, ...known };
    if (placeCount !== undefined && this.activeCount(job.workspaceId) >= placeCount) return 'full' as const;
    const { rebuildId } = job;
    this.jobs.set(rebuildId, job);
    if (request !== undefined) this.#requests.set(name, { rebuildId, payloadHash: request.payloadHash });
    return 'created' as const;
  }
  async load(workspaceId: WorkspaceId, rebuildId: RebuildId) {
    const job = this.jobs.get(rebuildId);
    return job?.workspaceId === workspaceId ? job : undefined;
  }
  async list(workspaceId: WorkspaceId, { before, limit }: Parameters<RebuildStore['list']>[1]) {
    return [...this.jobs.values()]
      .filter((job) => job.workspaceId === workspaceId && (before === undefined || job.rebuildId < before))
      .sort((left, right) => (left.rebuildId < right.rebuildId ? 1 : -1))
      .slice(0, limit);
  }
  async save(before: RebuildJob, next: RebuildJob) {
    const stored = this.jobs.get(next.rebuildId);
    if (stored?.step !== before.step || stored.state !== before.state) return 'conflict' as const;
    this.jobs.set(next.rebuildId, next);
    return 'saved' as const;
  }
}

/** One workspace with one user who has samples, the walks over them, and their queue in the hands of the test. */
export function createRebuildWorld() {
  const base = createProjectionWorld();
  let recomputation: Recomputation | undefined;
  let isStoppingEachMove = false;
  let requestCount = 0;
  const queue: Queued[] = [];
  const heads: HeadStore = {
    load: async (one) => (one.userId === scope.userId ? base.samples.head : undefined),
    saveSettings: async () => 'conflict',
    savePriorities: async (_scope, readSeq, priorities, change) => {
      if (base.samples.head?.seq !== readSeq) return 'conflict';
      base.samples.head = { ...base.samples.head, seq: change.seq, priorities };
      queue.push({ kind: 'changed', seq: change.seq, receiveCount: 0 });
      return 'saved';
    },
  };
  const recomputations: RecomputationStore = {
    load: async () => recomputation,
    save: async (_scope, before, next) => {
      if (base.samples.head?.erasedAtMs !== undefined) return 'gone';
      if (recomputation?.step !== before?.step || recomputation?.state !== before?.state) return 'conflict';
      recomputation = next;
      return 'saved';
    },
  };
  const rebuilds = new MemoryRebuildStore();
  const userIds: UserId[] = [scope.userId];
  const projection = { ...base.deps, heads };
  const deps = {
    rebuilders: [createRollupRebuilder(projection)],
    users: {
      listUserIds: async (_: WorkspaceId, after: UserId | undefined, limit: number) =>
        userIds.filter((id) => after === undefined || id > after).slice(0, limit),
    },
    heads,
    recomputations,
    rebuilds,
    queue: {
      send: async (step: RebuildStep) => {
        queue.push({ ...step, receiveCount: 0 });
      },
    },
    clock: base.clock,
    randomness: { bytes: (count: number) => new Uint8Array(count).fill(requestCount++) },
  };
  const deliver = async (message: Queued) => {
    message.receiveCount += 1;
    const nowMs = base.clock.now();
    const deadlineMs = isStoppingEachMove ? nowMs : nowMs + MINUTE_MS;
    const delivery = { receiveCount: message.receiveCount, deadlineMs };
    switch (message.kind) {
      case 'changed':
        return startRecomputation(deps, scope, { ...delivery, seq: message.seq });
      case 'recompute':
        return takeRecomputationStep(deps, scope, { ...delivery, step: message.step });
      case 'rebuild': {
        const place = { ...scope, rebuildId: message.rebuildId as RebuildId };
        return takeRebuildStep(deps, place, { ...delivery, step: message.step });
      }
    }
  };
  /** The first message; one whose handling throws goes to the end, as SQS brings it again later. */
  const deliverOne = async (): Promise<boolean> => {
    const message = queue.shift();
    if (message === undefined) return false;
    try {
      await deliver(message);
    } catch (fault) {
      queue.push(message);
      throw fault;
    }
    return true;
  };
  return {
    scope,
    deps,
    clock: base.clock,
    recomputations,
    rebuilds,
    queue,
    userIds,
    deliver,
    deliverOne,
    deliverAll: async () => {
      while (await deliverOne());
    },
    /** Samples of one minute of steps, projected. */
    ingest: async (samples: readonly StepsSample[]) => {
      requestCount += 1;
      const seq = base.samples.head?.seq ?? 0;
      const wire = samples.map((sample) => ({
        ...sample,
        metric: 'steps',
        end: new Date(Date.parse(sample.start) + MINUTE_MS).toISOString(),
        unit: 'count',
        zoneOffsetMinutes: 0,
      }));
      await base.ingest({ requestId: `r${requestCount}`, sources: SOURCES, samples: wire });
      await projectBatch(base.deps, base.messages(seq));
    },
    put: async (orders: Readonly<Record<string, readonly string[]>>) =>
      (await replacePriorities({ heads, clock: base.clock }, scope, { orders, correlationId: 'c' })).seq,
    start: (plan: RebuildWanted['plan'], more: Partial<RebuildWanted> = {}) =>
      startRebuild(deps, { workspaceId: scope.workspaceId, plan, ...more }),
    row: async (date: LocalDate) => {
      const { rollups } = await listRollups(projection, scope, {
        metrics: [requireRollupMetric('steps')],
        from: date,
        to: date,
        period: 'day',
        explain: false,
        wait: false,
        minSeq: undefined,
        limit: 1,
        after: undefined,
      });
      return rollups[0];
    },
    head: (): Head => {
      if (base.samples.head === undefined) throw new Error('no head');
      return base.samples.head;
    },
    setHead: (head: Head) => {
      base.samples.head = head;
    },
    /** From here on a step ends after its first move. */
    stopAfterEachMove: () => {
      isStoppingEachMove = true;
    },
    /** All rows as an older version of the computation left them. */
    ageRows: () => {
      for (const [name, row] of base.rollups.rows)
        base.rollups.rows.set(name, { ...row, computeVersion: row.computeVersion - 1 });
    },
    rollupSaves: () => base.rollups.saveCount,
  };
}
