import type * as z from 'zod';
import type {
  DigestAnswer,
  PushAnswer,
  PushChange as PushChangeContract,
  PushRequest as PushRequestContract,
  SyncChangesAnswer,
} from '../../contracts/http/sync.ts';

/** As a client sends them. */
export type PushChange = z.input<typeof PushChangeContract>;
export type PushRequest = z.input<typeof PushRequestContract>;

/** One request to the API as somebody else's client makes it: in process, or over HTTP. */
export type SyncDoor = (request: {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
}) => Promise<{
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, unknown>>;
}>;

export interface ChangesQuery {
  readonly entityTypes: readonly string[];
  readonly cursor: string | undefined;
  readonly limit: number;
}

export async function pullPage(door: SyncDoor, query: ChangesQuery): Promise<SyncChangesAnswer> {
  const { entityTypes, cursor, limit } = query;
  const asked = { entityTypes: entityTypes.join(','), limit: String(limit) };
  const { status, body } = await door({
    method: 'GET',
    path: '/v1/sync/changes',
    query: cursor === undefined ? asked : { ...asked, cursor },
  });
  if (status !== 200) throw new Error(`a pull was answered ${status}: ${body}`);
  return JSON.parse(body) as SyncChangesAnswer;
}

export async function pushOnce(door: SyncDoor, request: PushRequest): Promise<PushAnswer> {
  const sent = { method: 'POST', path: '/v1/sync/push', body: JSON.stringify(request) } as const;
  const { status, body } = await door(sent);
  if (status !== 200 && status !== 207) throw new Error(`a push was answered ${status}: ${body}`);
  return JSON.parse(body) as PushAnswer;
}

export async function readDigest(door: SyncDoor): Promise<DigestAnswer> {
  const { status, body } = await door({ method: 'GET', path: '/v1/sync/digest' });
  if (status !== 200) throw new Error(`the digest was answered ${status}: ${body}`);
  return JSON.parse(body) as DigestAnswer;
}

export type { PushAnswer };
