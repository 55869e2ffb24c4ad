import type { Clock } from '../core/clock.ts';
import type { EpochMs } from '../core/instants.ts';
import { AppError } from '../problems/app-error.ts';
import { describeFault, type Log } from './log.ts';

/** One part that the system needs, and a cheap way to see that it answers. `probe` rejects when it does not. */
export interface HealthPart {
  readonly name: string;
  /** `signal` ends the call when nobody waits for it any more. */
  probe(signal: AbortSignal): Promise<void>;
}

export interface HealthDependencies {
  readonly parts: readonly HealthPart[];
  readonly clock: Clock;
  readonly log: Log;
}

/** A part that needs longer is of no use to a request either. */
const PROBE_LIMIT_MS = 2_000;
/** However often somebody asks, each container asks its parts about once a second. */
const KEPT_MS = 1_000;

/**
 * A check of every part, all at the same time and each within 2 s. It resolves when all answer; otherwise
 * `server.unavailable` naming those that do not, with the reasons in the log alone. Whoever asks meanwhile,
 * or within a second after it ended, gets the same answer.
 */
export function createHealthCheck(dependencies: HealthDependencies): () => Promise<void> {
  const { clock } = dependencies;
  let last: Round | undefined;
  const isOver = ({ endedMs }: Round): boolean => endedMs !== undefined && clock.now() - endedMs >= KEPT_MS;
  return async () => {
    const round = last === undefined || isOver(last) ? startRound(dependencies) : last;
    last = round;
    const silent = await round.silent;
    if (silent.length > 0) throw new AppError('server.unavailable', `Not answering: ${silent.join(', ')}.`);
  };
}

interface Round {
  readonly silent: Promise<readonly string[]>;
  endedMs: EpochMs | undefined;
}

function startRound(dependencies: HealthDependencies): Round {
  const silent = askAll(dependencies).finally(() => {
    round.endedMs = dependencies.clock.now();
  });
  const round: Round = { silent, endedMs: undefined };
  return round;
}

/** The names of the parts that do not answer, sorted. Never rejects. */
async function askAll({ parts, clock, log }: HealthDependencies): Promise<readonly string[]> {
  const answers = await Promise.all(
    parts.map(async (part) => {
      try {
        await askWithin(part, clock);
        return [];
      } catch (error) {
        log.write('HEALTH_PART_UNAVAILABLE', { part: part.name, ...describeFault(error) });
        return [part.name];
      }
    }),
  );
  return answers.flat().sort();
}

async function askWithin({ probe }: HealthPart, clock: Clock): Promise<void> {
  const limit = new AbortController();
  const late = async (): Promise<never> => {
    await clock.sleep(PROBE_LIMIT_MS);
    throw new Error(`no answer within ${PROBE_LIMIT_MS} ms`);
  };
  try {
    await Promise.race([probe(limit.signal), late()]);
  } finally {
    limit.abort();
  }
}
