import type { Gzip } from './gzip.ts';
import type { SendBatch } from './send-batches.ts';

/** What of `fetch` is used. */
export type UploadFetch = (
  url: string,
  init: {
    readonly method: 'POST';
    readonly headers: Record<string, string>;
    readonly body: string | Uint8Array<ArrayBuffer>;
  },
) => Promise<{
  readonly status: number;
  readonly headers: { forEach(visit: (value: string, name: string) => void): void };
  text(): Promise<string>;
}>;

/** Below it a body does not get smaller by enough to matter. */
const MIN_GZIP_CHARS = 1_024;

/** Batches by `fetch`, to the user's batch-upsert; gzipped where there is a gzip. */
export function createFetchSender(options: {
  readonly baseUrl: string;
  readonly fetch: UploadFetch;
  /** Asked before each request, so that a token may be renewed. */
  readonly authorization: () => Promise<string>;
  readonly userId: string;
  readonly gzip?: Gzip;
}): SendBatch {
  const base = options.baseUrl.replace(/\/$/, '');
  const url = `${base}/v1/users/${encodeURIComponent(options.userId)}/health/samples/batch-upsert`;
  return async (text) => {
    const zipped = text.length < MIN_GZIP_CHARS ? undefined : await options.gzip?.(text);
    const answer = await options.fetch(url, {
      method: 'POST',
      headers: {
        authorization: await options.authorization(),
        'content-type': 'application/json',
        ...(zipped === undefined ? {} : { 'content-encoding': 'gzip' }),
      },
      body: zipped === undefined ? text : new Uint8Array(zipped),
    });
    const headers: Record<string, string> = {};
    answer.headers.forEach((value, name) => {
      headers[name.toLowerCase()] = value;
    });
    return { status: answer.status, headers, body: await answer.text() };
  };
}
