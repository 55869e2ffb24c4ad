import type { Answer } from '../frame/call.ts';

/** Withings answers HTTP 200 whatever happens; the truth is in `status`. */
export const STATUS = {
  ok: 0,
  invalidToken: 401,
  invalidParams: 503,
  unknownAction: 2554,
  timeout: 522,
  unauthorizedClient: 214,
  error: 215,
  tooManyRequests: 601,
} as const;

export const done = (body: unknown): Answer => ({ status: 200, json: { status: STATUS.ok, body } });

export const failed = (status: number, what: string): Answer => ({
  status: 200,
  json: { status, body: {}, error: `XRequestID: Not provided ${what}` },
});

/** Part of a list that begins at `offset`, as every Withings list is handed out. */
export interface Part<T> {
  readonly items: readonly T[];
  readonly more: boolean;
  readonly offset: number;
}

export function partOf<T>(all: readonly T[], offset: number, sizeCount: number): Part<T> {
  const items = all.slice(offset, offset + sizeCount);
  const next = offset + items.length;
  const more = next < all.length;
  return { items, more, offset: more ? next : 0 };
}

/** A form field that must be a whole number; undefined when it is absent or none. */
export function wholeField(form: URLSearchParams, name: string): number | undefined {
  const text = form.get(name);
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

export function dateField(form: URLSearchParams, name: string): string | undefined {
  const text = form.get(name);
  return text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : undefined;
}
