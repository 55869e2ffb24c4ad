import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Layout } from './layout.ts';

/** What a local cloud makes in its directory. Nothing else is ever removed, whatever --data-dir names. */
const OURS = [
  'cdk.out',
  'assembly.fingerprint',
  'dynamodb',
  'queues',
  'objects',
  'streams',
  'keys',
  'identity',
  'logs',
  'local.json',
];

/** Throws all state away but the lock that this process holds. */
export function clearState(layout: Layout): void {
  for (const name of readdirSync(layout.directory)) {
    if (OURS.includes(basename(name))) rmSync(join(layout.directory, name), { recursive: true, force: true });
  }
}
