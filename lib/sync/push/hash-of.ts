import { createHash } from 'node:crypto';
import { canonicalJson, TooDeepError } from '../../core/canonical-json.ts';
import { AppError } from '../../problems/app-error.ts';

const sha256 = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

/**
 * SHA-256 over the canonical JSON of a request, hex: what makes two requests of one id the same (SYN5). Throws
 * request.invalid for values nested beyond all measure.
 */
export function hashOf(request: unknown): string {
  try {
    return sha256(request);
  } catch (cause) {
    if (!(cause instanceof TooDeepError)) throw cause;
    throw new AppError('request.invalid', 'A value is nested too deeply.', { cause });
  }
}

/**
 * The same of a push. A change that is nested too deeply is refused whatever is in it (SYN2), so it counts
 * without its data and does not keep its neighbours from being taken.
 */
export function hashOfPush(request: { readonly changes: readonly { readonly data?: unknown }[] }): string {
  try {
    return sha256(request);
  } catch (error) {
    if (!(error instanceof TooDeepError)) throw error;
    return sha256({ ...request, changes: request.changes.map(withoutDepth) });
  }
}

function withoutDepth<Change extends object>(change: Change): Change {
  try {
    canonicalJson(change);
    return change;
  } catch (error) {
    if (!(error instanceof TooDeepError)) throw error;
    return { ...change, data: 'nested too deeply' };
  }
}
