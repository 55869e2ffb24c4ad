import * as z from 'zod';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, toIso } from '../../lib/core/instants.ts';
import type { DataType, FetchContext, ProviderDefinition, RawPage } from '../../lib/providers/definition.ts';
import type { UserHttp } from '../../lib/providers/http.ts';
import { ProviderFault, type ProviderRecord, type TimeWindow } from '../../lib/providers/model.ts';
import { readList } from '../../lib/providers/read-list.ts';
import { tokenPages } from '../../lib/providers/token-pages.ts';
import { sampleProvider } from './sample-provider.ts';

/** A reading as the scripted cloud holds it. */
export interface CloudReading {
  readonly id: string;
  readonly atMs: number;
  readonly value: unknown;
  readonly revision?: number;
}

/**
 * A cloud in this process whose answers a test writes: readings per type, pages of a size, faults by the number
 * or the path of a call. It speaks to the definition below through UserHttp, as a real one would.
 */
export class ScriptedCloud {
  readonly readings = new Map<string, CloudReading[]>();
  readonly calls: string[] = [];
  readonly asked: { readonly type: string; readonly window: TimeWindow }[] = [];
  pageSize = 100;
  /** What a call does instead of its answer. */
  fault: (path: string, callIndex: number) => Error | undefined = () => undefined;
  answerRequest: (type: string) => 'requested' | 'already_requested' | 'not_permitted' = () => 'requested';
  readonly callbacks = new Map<string, readonly CloudReading[]>();

  put(type: string, ...readings: readonly CloudReading[]): void {
    const known = this.readings.get(type) ?? [];
    const ids = new Set(readings.map(({ id }) => id));
    this.readings.set(type, [...known.filter(({ id }) => !ids.has(id)), ...readings]);
  }

  remove(type: string, id: string): void {
    this.readings.set(
      type,
      (this.readings.get(type) ?? []).filter((reading) => reading.id !== id),
    );
  }

  readonly http: UserHttp = {
    send: async () => {
      throw new Error('not scripted');
    },
    json: async ({ path, query = {} }) => this.#answer(path, () => this.#page(path, query)),
    jsonAt: async (_origin, url) => this.#answer(url, () => ({ list: this.callbacks.get(url) ?? [] })),
  };

  #answer(path: string, payloadOf: () => unknown): { payload: unknown; body: Uint8Array } {
    this.calls.push(path);
    const fault = this.fault(path, this.calls.length);
    if (fault !== undefined) throw fault;
    const payload = payloadOf();
    return { payload, body: Buffer.from(JSON.stringify(payload)) };
  }

  #page(path: string, query: Readonly<Record<string, string | number | undefined>>): unknown {
    const [, type = '', id] = path.split('/');
    const known = this.readings.get(type) ?? [];
    if (type === 'me') return { id: 'person' };
    if (type === 'ask') {
      this.asked.push({
        type: id ?? '',
        window: { fromMs: Number(query['from']) as EpochMs, toMs: Number(query['to']) as EpochMs },
      });
      return this.answerRequest(id ?? '');
    }
    if (id !== undefined) {
      const found = known.find((reading) => reading.id === id);
      if (found === undefined) throw new ProviderFault('not_found', { status: 404 });
      return { list: [found] };
    }
    const start = Number(query['token'] ?? 0);
    const { list, isMore } = this.within(type, Number(query['from']), Number(query['to']), start);
    return { list, ...(isMore ? { next: String(start + this.pageSize) } : {}) };
  }

  protected within(
    type: string,
    fromMs: number,
    toMs: number,
    start: number,
  ): { readonly list: readonly CloudReading[]; readonly isMore: boolean } {
    const found = (this.readings.get(type) ?? []).filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
    const end = start + this.pageSize;
    return { list: found.slice(start, end), isMore: end < found.length };
  }
}

const Reading = z.object({
  id: z.string(),
  atMs: z.number(),
  value: z.number(),
  revision: z.number().optional(),
});
const Page = z.object({ list: z.unknown(), next: z.string().optional() });

interface TypeOptions {
  readonly metric: string;
  readonly unit: string;
  readonly scopes?: readonly string[];
  readonly maxWindowDays?: number;
}

const toRecord = (
  { metric, unit }: TypeOptions,
  { id, atMs, value, revision }: z.output<typeof Reading>,
): ProviderRecord => ({
  kind: 'sample',
  source: { device: { manufacturer: 'Scripted' } },
  metric,
  start: toIso(atMs as EpochMs),
  end: toIso((atMs + MINUTE_MS) as EpochMs),
  zoneOffsetMinutes: 60,
  value,
  unit,
  recordId: id,
  ...(revision === undefined ? {} : { revision }),
});

const common = (code: string, options: TypeOptions): Omit<DataType, 'source'> => ({
  code,
  title: code,
  produces: { metrics: [options.metric], records: [] },
  scopes: options.scopes ?? [],
  maxWindowDays: options.maxWindowDays ?? 10,
  map: (payload) =>
    readList(
      Page.safeParse(payload).data?.list,
      Reading,
      (reading) => [toRecord(options, reading)],
      (entry) => z.object({ id: z.string() }).safeParse(entry).data?.id,
    ),
  deletionOf: (id) => [{ kind: 'sample_deletion', metrics: [options.metric], recordId: id }],
});

const pull = (code: string, options: TypeOptions): DataType => ({
  ...common(code, options),
  source: {
    kind: 'pull',
    fetchPages: (context, { fromMs, toMs }, cursor) =>
      tokenPages(
        cursor,
        (token) =>
          context.http.json({ origin: 'api', path: `/${code}`, query: { from: fromMs, to: toMs, token } }),
        (payload) => Page.safeParse(payload).data?.next,
      ),
    fetchRecord: (context, id) => fetchRecord(context, `/${code}/${id}`),
  },
});

async function fetchRecord({ http }: FetchContext, path: string): Promise<RawPage | undefined> {
  try {
    return { ...(await http.json({ origin: 'api', path })), next: undefined };
  } catch (error) {
    if (error instanceof ProviderFault && error.kind === 'not_found') return undefined;
    throw error;
  }
}

const request = (code: string, options: TypeOptions): DataType => ({
  ...common(code, options),
  source: {
    kind: 'request',
    deadlineMs: HOUR_MS,
    request: async ({ http }, { fromMs, toMs }) => {
      const query = { from: fromMs, to: toMs };
      const { payload } = await http.json({ origin: 'api', path: `/ask/${code}`, query });
      return z.enum(['requested', 'already_requested', 'not_permitted']).parse(payload);
    },
  },
});

/** Two types by pages, one with a scope of its own. */
export const pullProvider: ProviderDefinition = {
  ...sampleProvider,
  dataTypes: [
    pull('pulse', { metric: 'heart_rate', unit: '/min' }),
    pull('walk', { metric: 'steps', unit: '{count}', scopes: ['activity'] }),
  ],
  limits: { application: [{ count: 1_000_000, windowMs: MINUTE_MS, fixed: true }], concurrentSyncCount: 2 },
  windows: {
    firstDays: 30,
    overlapMs: DAY_MS,
    backfillDays: 365,
    pollEveryMs: { withPush: 12 * HOUR_MS, withoutPush: HOUR_MS },
    silentAfterMs: 6 * HOUR_MS,
  },
};

/** Like Garmin: nothing can be fetched, the cloud is asked to send. */
export const requestProvider: ProviderDefinition = {
  ...pullProvider,
  dataTypes: [
    request('pulse', { metric: 'heart_rate', unit: '/min', maxWindowDays: 90 }),
    request('walk', { metric: 'steps', unit: '{count}', maxWindowDays: 90 }),
  ],
};
