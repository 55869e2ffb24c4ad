import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take long, the longest first, those that mostly wait for a local cloud between those that mostly
 * compute: so no core waits alone at the end. A file that is missing here only runs later.
 */
const LONGEST: readonly string[] = [
  'end-to-end/providers/seven-clouds',
  'simulation/ingest-pipeline.sim',
  'end-to-end/operators',
  'end-to-end/providers/log-scan',
  'simulation/ingest-pipeline-second-half',
  'end-to-end/month-of-minutes',
  'simulation/sync/device-sync.sim',
  'local-cloud/start-stop',
  'simulation/sync/device-sync-second-half',
  'end-to-end/',
  'simulation/',
  'local-cloud/',
  'contract-suites/',
  // The rest of test/. Units come last: they are short, and a worker that they share stays theirs.
  '',
];

/** Vitest's own order, by size on a machine that never ran the tests, for all that take seconds. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => rankOf(one.moduleId) - rankOf(other.moduleId));
  }
}

function rankOf(path: string): number {
  const rank = LONGEST.findIndex((part) => path.includes(`/test/${part}`));
  return rank < 0 ? LONGEST.length : rank;
}
