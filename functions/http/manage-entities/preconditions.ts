import { RequestId } from '../../../contracts/primitives/ids.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import type { Expectation } from '../../../lib/sync/push/write-model.ts';

type Headers = Readonly<Record<string, string>>;

const VERSION_TAG = /^"(\d{1,15})"$/;

/**
 * What the row must be: a version of If-Match, or none by `If-None-Match: *` of a PUT. Undefined without
 * either, and for `If-Match: *` of what acts on living rows alone. `request.invalid` for anything else, such as
 * several tags or a weak one: a write has one base.
 */
export function expectationOf(headers: Headers, method: 'PUT' | 'PATCH' | 'DELETE'): Expectation | undefined {
  const ifMatch = headers['if-match']?.trim();
  const ifNoneMatch = headers['if-none-match']?.trim();
  if (ifNoneMatch !== undefined) {
    if (method === 'PUT' && ifNoneMatch === '*' && ifMatch === undefined) return 'absent';
    throw invalidHeader('if-none-match', 'If-None-Match of a write is * and of a PUT, without If-Match.');
  }
  if (ifMatch === undefined || (ifMatch === '*' && method !== 'PUT')) return undefined;
  const version = VERSION_TAG.exec(ifMatch)?.[1];
  if (version === undefined) throw invalidHeader('if-match', 'If-Match is the ETag of the row.');
  return Number(version);
}

/** `request.invalid` for a key that is no request id. */
export function idempotencyKeyOf(headers: Headers): string | undefined {
  const sent = headers['idempotency-key'];
  if (sent === undefined) return undefined;
  const key = RequestId.safeParse(sent);
  if (key.success) return key.data;
  throw invalidHeader('idempotency-key', 'Idempotency-Key is 1 to 128 printable characters without # and /.');
}

const invalidHeader = (name: string, detail: string): AppError =>
  new AppError('request.invalid', detail, {
    faults: [{ path: `/headers/${name}`, code: 'invalid_format', message: 'not of the documented form' }],
  });
