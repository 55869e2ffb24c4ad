import { AppError } from '../problems/app-error.ts';
import { describeFault, type Log } from './log.ts';

/** One part that the system needs, and a cheap way to see that it answers. `probe` rejects when it does not. */
export interface HealthPart {
  readonly name: string;
  probe(): Promise<void>;
}

/**
 * Asks every part at the same time. Resolves when all answer; otherwise `server.unavailable` naming those
 * that do not, with the reasons in the log alone.
 */
export async function checkHealth(parts: readonly HealthPart[], log: Log): Promise<void> {
  const silent: string[] = [];
  await Promise.all(
    parts.map(({ name, probe }) =>
      probe().catch((error: unknown) => {
        silent.push(name);
        log.write('HEALTH_PART_UNAVAILABLE', { part: name, ...describeFault(error) });
      }),
    ),
  );
  if (silent.length > 0)
    throw new AppError('server.unavailable', `Not answering: ${silent.sort().join(', ')}.`);
}
