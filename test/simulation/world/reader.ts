import type { Api } from './api-client.ts';
import { FIRST_DATE, LAST_DATE, METRIC_NAMES, type MetricName } from './device.ts';
import type { Environment } from './environment.ts';
import type { ObservedUser } from './observer.ts';
import { describeFigures, isRightSince, type ToldRow } from './rollup-check.ts';

/** Chunks of the minute's allowance that crashed containers took are gone: 429 is an answer like 503. */
const isPassing = (status: number): boolean => status === 503 || status === 429;

/** Reads rollups while everything moves: a READY row is right, and so is a row without data (P3). */
export async function pollRollups(
  environment: Environment,
  api: Api,
  user: ObservedUser,
  pollCount: number,
): Promise<void> {
  const { prng, scheduler } = environment;
  for (let poll = 0; poll < pollCount; poll += 1) {
    await scheduler.wait(prng.below(700));
    await readRollups(environment, api, user, prng.pick(METRIC_NAMES));
  }
}

/** The rows told, checked; undefined when there was no answer. */
export async function readRollups(
  environment: Environment,
  api: Api,
  user: ObservedUser,
  metric: MetricName,
): Promise<readonly ToldRow[] | undefined> {
  const sinceMs = environment.scheduler.now();
  const query = { metric, from: FIRST_DATE, to: LAST_DATE };
  const answer = await api({ operation: 'listRollups', user, query });
  if (answer === undefined || isPassing(answer.status)) return undefined;
  if (answer.status !== 200) {
    environment.violation('API', `listRollups answered ${answer.status} ${answer.body}`);
    return undefined;
  }
  environment.counters.polls += 1;
  const { rollups } = JSON.parse(answer.body) as { rollups: ToldRow[] };
  for (const row of rollups) checkRow(environment, user, { metric, row, sinceMs });
  return rollups;
}

function checkRow(
  environment: Environment,
  { model }: ObservedUser,
  { metric, row, sinceMs }: { readonly metric: MetricName; readonly row: ToldRow; readonly sinceMs: number },
): void {
  const { counters } = environment;
  if (row.status === 'STALE') {
    counters.staleRows += 1;
    if (row.behindSeq === undefined || row.behindSeq > model.seq) {
      environment.violation('P3', `stale row is behind ${row.behindSeq}, newest ${model.seq}`);
    }
    return;
  }
  if (row.status === 'READY') counters.readyRows += 1;
  else if (row.status !== 'NO_DATA') environment.violation('P3', `row has the status ${row.status}`);
  if (!isRightSince(model, metric, row, sinceMs)) {
    const wanted = describeFigures(model, metric, row.date);
    environment.violation('P3', `${metric} ${JSON.stringify(row)} is wrong: ${wanted}`);
  }
}

/** Follows the change feed: every number once, in order, none left out (OBX7). */
export async function followChanges(
  environment: Environment,
  api: Api,
  user: ObservedUser,
  isDone: () => boolean,
): Promise<void> {
  let since = 0;
  while (!isDone()) {
    const before = since;
    since = await readChangesPage(environment, api, user, since);
    if (before === since) await environment.scheduler.wait(300 + environment.prng.below(700));
  }
}

export async function readChangesPage(
  environment: Environment,
  api: Api,
  user: ObservedUser,
  since: number,
): Promise<number> {
  const query = { since: String(since), limit: String(1 + environment.prng.below(4)) };
  const answer = await api({ operation: 'listChanges', user, query });
  if (answer === undefined || isPassing(answer.status)) return since;
  if (answer.status !== 200) {
    environment.violation('OBX7', `listChanges answered ${answer.status} ${answer.body}`);
    return since;
  }
  environment.counters.changePages += 1;
  const { changes, nextSince } = JSON.parse(answer.body) as {
    changes: { seq: number }[];
    nextSince: number;
  };
  changes.forEach(({ seq }, index) => {
    if (seq !== since + index + 1) environment.violation('OBX7', `${seq} stands at ${since + index + 1}`);
  });
  if (nextSince !== since + changes.length) environment.violation('OBX7', `nextSince ${nextSince}`);
  return nextSince;
}
