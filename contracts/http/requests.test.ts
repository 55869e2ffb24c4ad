import { describe, expect, test } from 'vitest';
import { MAX_KEY_OVERLAP_SEC, MAX_SOURCE_COUNT } from '../limits.ts';
import { CreateApiKeyRequest, RotateApiKeyRequest } from './api-keys.ts';
import { ListChangesQuery } from './changes.ts';
import { DeletionInput, IngestSamplesRequest, IngestUploadRequest, SampleInput } from './ingest-samples.ts';
import { CreateIssuerRequest } from './issuers.ts';
import { PutPrioritiesRequest } from './priorities.ts';
import { PrivacySettings } from './privacy.ts';
import { ListRollupsQuery } from './rollups.ts';
import { ListSamplesQuery } from './samples.ts';
import { CreateUploadRequest } from './uploads.ts';
import { CreateUserRequest, UpdateUserRequest } from './users.ts';
import { UpdateWorkspaceRequest } from './workspace.ts';

interface Schema {
  safeParse(value: unknown): { readonly success: boolean };
}
const takes = (schema: Schema, value: unknown) => schema.safeParse(value).success;

const envelope = { requestId: 'r-1', sources: { a: { provider: 'garmin' } }, samples: [] };
const sample = {
  source: 'a',
  metric: 'heart_rate',
  start: '2026-11-21T13:00:00+01:00',
  value: 61,
  unit: 'bpm',
};
const key = { name: 'server', scopes: ['samples:write'], mode: 'live' };
const range = { metric: 'steps', from: '2026-11-01', to: '2026-11-30' };

const TAKEN: readonly (readonly [string, Schema, unknown])[] = [
  ['an envelope', IngestSamplesRequest, envelope],
  [
    'an envelope whose samples are not yet looked at',
    IngestSamplesRequest,
    { ...envelope, samples: [null, 7] },
  ],
  ['an origin and deletions', IngestSamplesRequest, { ...envelope, origin: 'import', deletions: [{}] }],
  ['an upload', IngestUploadRequest, { requestId: 'r-1', upload: 'upl_01kah3v5w8f0xq9d3m7t2c6e4r' }],
  ['a sample with an offset', SampleInput, sample],
  ["a sample by the wearer's clock", SampleInput, { ...sample, start: '2026-11-21T13:00' }],
  ['a sample with an integer revision', SampleInput, { ...sample, revision: 3 }],
  ['a sample with an instant as revision', SampleInput, { ...sample, revision: '2026-11-21T13:00:00.5Z' }],
  [
    'a sleep stage',
    SampleInput,
    { source: 'a', metric: 'sleep_stage', start: sample.start, category: 'rem' },
  ],
  ['a deletion', DeletionInput, { source: 'a', metric: 'steps', recordId: 'x' }],
  ['a key', CreateApiKeyRequest, key],
  ['a rotation at once', RotateApiKeyRequest, { overlapSec: 0 }],
  ['an issuer', CreateIssuerRequest, { issuer: 'https://id.example.com/', audience: 'app' }],
  ['an issuer of a local cloud', CreateIssuerRequest, { issuer: 'http://127.0.0.1:4001/', audience: 'app' }],
  ['a user', CreateUserRequest, { externalId: 'x'.repeat(256), timeZone: 'US/Pacific' }],
  ['an externalId with a surrogate pair', CreateUserRequest, { externalId: 'a\u{1f600}b' }],
  ['a user in UTC', CreateUserRequest, { externalId: 'x', timeZone: 'UTC' }],
  ['a removed e-mail', UpdateUserRequest, { email: null }],
  ['privacy', PrivacySettings, { uploadEnabled: false, blockedMetrics: ['weight'] }],
  ['priorities', PutPrioritiesRequest, { orders: { '*': ['garmin'], steps: [] } }],
  ['a workspace without changes', UpdateWorkspaceRequest, {}],
  [
    'return addresses of a site, an app and a developer',
    UpdateWorkspaceRequest,
    {
      oauthRedirectUris: [
        'https://app.example.com/connected?from=headwater',
        'com.example.app:/connected',
        'http://localhost:5173/connected',
      ],
    },
  ],
  ['no return address', UpdateWorkspaceRequest, { oauthRedirectUris: [] }],
  ['rollups of a month', ListRollupsQuery, range],
];

const REFUSED: readonly (readonly [string, Schema, unknown])[] = [
  ['an array as the envelope', IngestSamplesRequest, []],
  ['an envelope without samples', IngestSamplesRequest, { requestId: 'r', sources: {} }],
  ['a request id with a space', IngestSamplesRequest, { ...envelope, requestId: 'a b' }],
  ['a request id with a #', IngestSamplesRequest, { ...envelope, requestId: 'a#b' }],
  ['a request id of 129 characters', IngestSamplesRequest, { ...envelope, requestId: 'x'.repeat(129) }],
  ['a hash that is not one', IngestSamplesRequest, { ...envelope, payloadHash: 'abc' }],
  ['an unknown origin', IngestSamplesRequest, { ...envelope, origin: 'dream' }],
  ['a source without a provider', IngestSamplesRequest, { ...envelope, sources: { a: {} } }],
  [
    'more sources than the limit',
    IngestSamplesRequest,
    {
      ...envelope,
      sources: Object.fromEntries(
        Array.from({ length: MAX_SOURCE_COUNT + 1 }, (_, index) => [`s${index}`, { provider: 'garmin' }]),
      ),
    },
  ],
  ['a sample on 30 February', SampleInput, { ...sample, start: '2026-02-30T13:00:00Z' }],
  ['a sample that is not a number', SampleInput, { ...sample, value: Number.NaN }],
  ['a sample that is infinite', SampleInput, { ...sample, value: Number.POSITIVE_INFINITY }],
  ['a sample of text', SampleInput, { ...sample, value: '61' }],
  ['an unknown field of a small body', CreateApiKeyRequest, { ...key, extra: 1 }],
  ['a key without scopes', CreateApiKeyRequest, { ...key, scopes: [] }],
  ['a key with an unknown scope', CreateApiKeyRequest, { ...key, scopes: ['everything'] }],
  ['a key without a mode', CreateApiKeyRequest, { name: 'a', scopes: ['users:read'] }],
  ['a rotation beyond 30 days', RotateApiKeyRequest, { overlapSec: MAX_KEY_OVERLAP_SEC + 1 }],
  ['a rotation with half a second', RotateApiKeyRequest, { overlapSec: 0.5 }],
  ['an issuer over plain HTTP', CreateIssuerRequest, { issuer: 'http://id.example.com', audience: 'app' }],
  [
    'an issuer that hides its host behind localhost',
    CreateIssuerRequest,
    { issuer: 'http://localhost.example.com', audience: 'app' },
  ],
  [
    'an unsigned algorithm',
    CreateIssuerRequest,
    { issuer: 'https://a.b', audience: 'x', algorithms: ['none'] },
  ],
  [
    'a symmetric algorithm',
    CreateIssuerRequest,
    { issuer: 'https://a.b', audience: 'x', algorithms: ['HS256'] },
  ],
  ['a user without an externalId', CreateUserRequest, {}],
  [
    'priorities of more than 32 KB',
    PutPrioritiesRequest,
    {
      orders: {
        steps: Array(50).fill('漢'.repeat(64)),
        '*': Array(50).fill('漢'.repeat(64)),
        heart_rate: Array(50).fill('漢'.repeat(64)),
        distance: Array(50).fill('漢'.repeat(64)),
      },
    },
  ],
  ['an externalId with a lone surrogate', CreateUserRequest, { externalId: 'a\ud800b' }],
  ['an externalId of 257 characters', CreateUserRequest, { externalId: 'x'.repeat(257) }],
  ['a zone that does not exist', CreateUserRequest, { externalId: 'x', timeZone: 'Mars/Olympus' }],
  ['an offset as a zone', CreateUserRequest, { externalId: 'x', timeZone: '+01:00' }],
  ['an externalId that cannot be changed', UpdateUserRequest, { externalId: 'y' }],
  ['privacy with an unknown metric', PrivacySettings, { uploadEnabled: true, blockedMetrics: ['mood'] }],
  ['privacy in part', PrivacySettings, { uploadEnabled: true }],
  ['priorities of a type of device in capitals', PutPrioritiesRequest, { orders: { '*': ['DEVICE:watch'] } }],
  ['priorities of stages, which decide nothing', PutPrioritiesRequest, { orders: { sleep_stage: ['oura'] } }],
  ['priorities of an unknown metric', PutPrioritiesRequest, { orders: { mood: ['garmin'] } }],
  ['a workspace with an endless rate', UpdateWorkspaceRequest, { requestsPerMinute: 1e9 }],
  [
    'a return address that is a script',
    UpdateWorkspaceRequest,
    { oauthRedirectUris: ['javascript:alert(1)'] },
  ],
  [
    'a return address without TLS',
    UpdateWorkspaceRequest,
    { oauthRedirectUris: ['http://app.example.com/'] },
  ],
  [
    'a return address with a fragment',
    UpdateWorkspaceRequest,
    { oauthRedirectUris: ['https://a.example/#x'] },
  ],
  [
    'a return address with a password',
    UpdateWorkspaceRequest,
    { oauthRedirectUris: ['https://u:p@a.example/'] },
  ],
  ['a return address that is data', UpdateWorkspaceRequest, { oauthRedirectUris: ['data:text/html,x'] }],
  [
    'twenty-one return addresses',
    UpdateWorkspaceRequest,
    { oauthRedirectUris: Array(21).fill('https://a.example/') },
  ],
  ['a workspace whose users may not call', UpdateWorkspaceRequest, { userRequestsPerMinute: 0 }],
  ['a workspace whose users call without end', UpdateWorkspaceRequest, { userRequestsPerMinute: 60_001 }],
  ['rollups of an instant', ListRollupsQuery, { ...range, from: '2026-11-01T00:00:00Z' }],
  ['rollups of a day that does not exist', ListRollupsQuery, { ...range, to: '2026-02-29' }],
  ['rollups per year', ListRollupsQuery, { ...range, period: 'year' }],
  ['explain with another word', ListRollupsQuery, { ...range, explain: 'yes' }],
  ['a page of none', ListRollupsQuery, { ...range, limit: '0' }],
  ['a page of 1,001', ListRollupsQuery, { ...range, limit: '1001' }],
  ['a page size with an exponent', ListRollupsQuery, { ...range, limit: '1e2' }],
  ['changes since a negative number', ListChangesQuery, { since: '-1' }],
  ['samples without a range', ListSamplesQuery, { metric: 'steps' }],
  ['an upload of a picture', CreateUploadRequest, { contentType: 'image/png' }],
];

describe('requests', () => {
  test.each(TAKEN)('%s is taken', (_title, schema, value) => expect(takes(schema, value)).toBe(true));
  test.each(REFUSED)('ING7 %s is refused', (_title, schema, value) =>
    expect(takes(schema, value)).toBe(false),
  );

  test('ING13 a source called __proto__ leaves nothing behind in the objects of others', () => {
    const sources: unknown = JSON.parse('{"__proto__":{"provider":"evil"}}');
    IngestSamplesRequest.safeParse({ ...envelope, sources });
    expect('provider' in {}).toBe(false);
  });

  test('what is left out has the documented default', () => {
    expect(RotateApiKeyRequest.parse({})).toEqual({ overlapSec: 86_400 });
    expect(CreateUploadRequest.parse({})).toEqual({ contentType: 'application/json' });
    expect(ListChangesQuery.parse({})).toEqual({ since: 0, limit: 100 });
    expect(ListRollupsQuery.parse({ ...range, limit: '7', explain: 'true' })).toEqual({
      ...range,
      limit: 7,
      period: 'day',
      explain: true,
      wait: false,
    });
  });
});
