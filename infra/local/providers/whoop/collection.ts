/** How WHOOP hands out its collections: newest first, at most 25, `nextToken` asked and `next_token` answered. */
import type { Answer } from '../frame/call.ts';

const DEFAULT_LIMIT_COUNT = 10;
const MAX_LIMIT_COUNT = 25;
const MAX_TOKEN_LENGTH = 200;

/** A record with the time that it is found by; `endMs` is undefined while it goes on. */
export interface Listed {
  readonly startMs: number;
  readonly endMs: number | undefined;
  /** Made only when it is on the page. */
  readonly json: () => unknown;
}

interface Window {
  readonly startMs: number;
  readonly endMs: number;
  readonly limitCount: number;
  /** Only what began before this, from the token. */
  readonly beforeMs: number;
}

const badRequest = (what: string): Answer => ({ status: 400, json: { error: `Bad Request: ${what}` } });

const tokenOf = (beforeMs: number): string => Buffer.from(`before:${beforeMs}`).toString('base64url');

function beforeOf(token: string | null): number | undefined {
  if (token === null) return Number.POSITIVE_INFINITY;
  if (token.length > MAX_TOKEN_LENGTH) return undefined;
  const found = /^before:(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString());
  return found === null ? undefined : Number(found[1]);
}

function instantOf(text: string | null, otherwise: number): number | undefined {
  if (text === null) return otherwise;
  const atMs = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
}

function readWindow(query: URLSearchParams, nowMs: number): Window | string {
  const limit = query.get('limit') ?? String(DEFAULT_LIMIT_COUNT);
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > MAX_LIMIT_COUNT) {
    return `limit must be from 1 to ${MAX_LIMIT_COUNT}`;
  }
  const startMs = instantOf(query.get('start'), 0);
  const endMs = instantOf(query.get('end'), nowMs);
  if (startMs === undefined || endMs === undefined) return 'start and end must be ISO 8601';
  const beforeMs = beforeOf(query.get('nextToken'));
  if (beforeMs === undefined) return 'nextToken is not one of ours';
  return { startMs, endMs, limitCount: Number(limit), beforeMs };
}

/**
 * One page of what overlaps `start` (included) to `end` (excluded). Endless: the next token always leads
 * back to the beginning, as a broken server's would.
 */
export function pageOf(
  query: URLSearchParams,
  nowMs: number,
  all: readonly Listed[],
  isEndless: boolean,
): Answer {
  const window = readWindow(query, nowMs);
  if (typeof window === 'string') return badRequest(window);
  const found = all
    .filter((item) => item.startMs < window.endMs && (item.endMs ?? nowMs) >= window.startMs)
    .filter((item) => item.startMs < window.beforeMs)
    .sort((a, b) => b.startMs - a.startMs);
  const records = found.slice(0, window.limitCount);
  const last = records.at(-1);
  const hasMore = found.length > records.length && last !== undefined;
  if (isEndless) return page(records, tokenOf(nowMs));
  return page(records, hasMore ? tokenOf(last.startMs) : undefined);
}

const page = (records: readonly Listed[], token: string | undefined): Answer => ({
  status: 200,
  json: {
    records: records.map((record) => record.json()),
    ...(token === undefined ? {} : { next_token: token }),
  },
});
