import { createHash } from 'node:crypto';
import { canonicalJson, TooDeepError } from '../../core/canonical-json.ts';
import { AppError } from '../../problems/app-error.ts';

/**
 * SHA-256 over the canonical JSON of a request, hex: what makes two requests of one id the same (SYN5). Throws
 * request.invalid for values nested beyond all measure.
 */
export function hashOf(request: unknown): string {
  try {
    return createHash('sha256').update(canonicalJson(request)).digest('hex');
  } catch (cause) {
    if (!(cause instanceof TooDeepError)) throw cause;
    throw new AppError('request.invalid', 'A value is nested too deeply.', { cause });
  }
}
