import type { Schemas } from '../api/operations.ts';

/** What a server said to a batch. */
export interface UploadAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type UploadVerdict =
  | { readonly kind: 'taken'; readonly refused: readonly Schemas['Refusal'][] }
  /** The server works on it: the same request again, then. */
  | { readonly kind: 'queued'; readonly retryAfterMs: number }
  /** It may be taken later, as it is. */
  | { readonly kind: 'retry'; readonly code: string; readonly retryAfterMs: number | undefined }
  /** No batch would be taken: signed out, uploads switched off, no such user. */
  | { readonly kind: 'stop'; readonly code: string }
  /** This batch is never taken as it is. */
  | { readonly kind: 'park'; readonly code: string };

const STOPPING: readonly number[] = [401, 403, 404];
const LATER: readonly number[] = [408, 425, 429];

/** CLI53: what comes of an answer; pure. An answer that is none of the API's is a server that is not well. */
export function readUploadAnswer(answer: UploadAnswer): UploadVerdict {
  const body = parseObject(answer.body);
  const { status } = answer;
  if ((status === 200 || status === 207) && Array.isArray(body['refused'])) {
    return { kind: 'taken', refused: body['refused'] as readonly Schemas['Refusal'][] };
  }
  if (status === 202) return { kind: 'queued', retryAfterMs: Number(body['retryAfterMs']) || 0 };
  const code = typeof body['code'] === 'string' ? body['code'] : `http.${status}`;
  if (STOPPING.includes(status)) return { kind: 'stop', code };
  if (status >= 400 && status < 500 && !LATER.includes(status)) return { kind: 'park', code };
  const seconds = Number(answer.headers['retry-after']);
  const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
  return { kind: 'retry', code, retryAfterMs };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
