import type { Answer } from '../frame/call.ts';
import type { CloudErrors } from '../frame/cloud.ts';

interface Detail {
  readonly resource: string;
  readonly field: string;
  readonly code: string;
}

export const fail = (status: number, message: string, ...errors: readonly Detail[]): Answer => ({
  status,
  json: { message, errors },
});

export const errors: CloudErrors = {
  unauthorized: () =>
    fail(401, 'Authorization Error', { resource: 'Athlete', field: 'access_token', code: 'invalid' }),
  unauthorizedApp: () =>
    fail(401, 'Authorization Error', { resource: 'Application', field: 'client_id', code: 'invalid' }),
  forbidden: (kind) =>
    kind === 'inactive'
      ? fail(403, 'Forbidden', { resource: 'Application', field: 'Status', code: 'Inactive' })
      : fail(403, 'Forbidden'),
  rateLimited: () =>
    fail(429, 'Rate Limit Exceeded', {
      resource: 'Application',
      field: 'overall rate limit',
      code: 'exceeded',
    }),
  serverError: () => fail(500, 'error'),
  notFound: () => fail(404, 'Record Not Found', { resource: 'Activity', field: 'id', code: 'not found' }),
};
