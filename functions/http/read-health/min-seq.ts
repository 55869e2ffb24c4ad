import { AppError } from '../../../lib/problems/app-error.ts';
import type { ApiRequest } from '../../_platform/http/operation.ts';

/** `X-Min-Seq`: what the caller wants to see, to read its own write. */
export function parseMinSeq({ headers }: ApiRequest): number | undefined {
  const text = headers['x-min-seq'];
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new AppError('request.invalid', 'X-Min-Seq is a sequence number.', {
    faults: [{ path: '/headers/x-min-seq', code: 'invalid_format', message: 'digits alone' }],
  });
}
