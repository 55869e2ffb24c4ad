import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Layout } from './layout.ts';

/**
 * The state that a local cloud makes in its directory; the assembly is none, it follows from the code.
 * Nothing else is ever removed, whatever --data-dir names.
 */
const OURS = [
  'dynamodb',
  'queues',
  'objects',
  'streams',
  'keys',
  'identity',
  'workflows',
  'simulator',
  'logs',
  'local.json',
  'operator.json',
];

/** Throws all state away but the lock that this process holds. */
export function clearState(layout: Layout): void {
  for (const name of readdirSync(layout.directory)) {
    if (OURS.includes(basename(name))) rmSync(join(layout.directory, name), { recursive: true, force: true });
  }
}
