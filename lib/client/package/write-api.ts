import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiSource, type OpenApiDocument } from './api-types.ts';

/** `node lib/client/package/write-api.ts`, after `npm run contracts`: the types and routes of the API client. */
const root = join(import.meta.dirname, '../../..');
const text = readFileSync(join(root, 'contracts/published/openapi.json'), 'utf8');
writeFileSync(join(root, 'lib/client/api/operations.ts'), apiSource(JSON.parse(text) as OpenApiDocument));
