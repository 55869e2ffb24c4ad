import type { Answer } from '../frame/call.ts';
import type { CloudErrors } from '../frame/cloud.ts';

const STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

/** Google's envelope: a status by name, and an ErrorInfo with the reason where there is one. */
export function googleError(code: number, message: string, reason?: string): Answer {
  const info = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason,
    domain: 'health.googleapis.com',
    metadata: {},
  };
  const details = reason === undefined ? {} : { details: [info] };
  return { status: code, json: { error: { code, status: STATUS[code], message, ...details } } };
}

export const errors: CloudErrors = {
  unauthorized: (reason) => googleError(401, `Request had invalid authentication credentials: ${reason}.`),
  unauthorizedApp: () => googleError(401, 'Request had invalid authentication credentials.'),
  forbidden: () => googleError(403, 'The caller does not have permission', 'DATA_ACCESS_DENIED'),
  rateLimited: () => googleError(429, 'Quota exceeded for quota metric.', 'RATE_LIMIT_EXCEEDED'),
  serverError: () => googleError(500, 'Internal error encountered.', 'INTERNAL_ERROR'),
  notFound: () => googleError(404, 'The resource was not found.', 'RESOURCE_NOT_FOUND'),
};
