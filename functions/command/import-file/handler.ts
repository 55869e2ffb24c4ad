import { HeadwaterApiError } from '../../../lib/adapters/http/headwater-api.ts';
import { ImportFileError, type ImportItem } from '../../../lib/imports/model.ts';
import type { ImportProgress, ImportSummary, ImportTarget } from '../../../lib/imports/run-import.ts';
import { ImportRefusedError, runImport } from '../../../lib/imports/run-import.ts';
import type { ImportArguments } from './arguments.ts';
import { NO_COUNTS, type ProgressFile } from './progress-file.ts';
import type { ImportScreen } from './terminal.ts';

export interface ImportFileDependencies {
  readonly target: ImportTarget;
  readonly progressFile: ProgressFile;
  /** Opens the file anew and yields its items; `onShare` is told the share that was read, 0 to 1. */
  readonly openItems: (onShare: (share: number) => void) => Promise<AsyncIterable<ImportItem>>;
  readonly screen: ImportScreen;
  readonly faults: { readonly path: string; write(line: string): Promise<void> | void };
  readonly newRunId: () => string;
}

/** Imports one file. Resolves to the summary, or to the reason why it could not go on. */
export async function importFile(
  request: ImportArguments,
  dependencies: ImportFileDependencies,
): Promise<{ readonly summary: ImportSummary } | { readonly fault: string }> {
  const { target, progressFile, screen, faults } = dependencies;
  try {
    if (!request.split) await refuseSeveralOwners(await dependencies.openItems(() => {}));
    const resumed = (await progressFile.load()) ?? freshProgress(dependencies.newRunId());
    let share = 0;
    const items = await dependencies.openItems((read) => {
      share = read;
    });
    const observer = {
      async onProgress(progress: ImportProgress, samples: number) {
        await progressFile.save(progress);
        screen.progress(share, samples);
      },
      onFault(text: string) {
        screen.fault(text);
        void faults.write(text);
      },
    };
    const summary = await runImport(items, request, { target, resumed, observer });
    await progressFile.remove();
    screen.summary(summary, faults.path);
    return { summary };
  } catch (fault) {
    if (
      fault instanceof ImportFileError ||
      fault instanceof ImportRefusedError ||
      fault instanceof HeadwaterApiError
    ) {
      return { fault: fault.message };
    }
    throw fault;
  }
}

const freshProgress = (runId: string): ImportProgress => ({ runId, answeredBelow: 0, counts: NO_COUNTS });

/** Looks through the file before anything is sent, and stops at the second person. */
async function refuseSeveralOwners(items: AsyncIterable<ImportItem>): Promise<void> {
  let first: string | undefined;
  for await (const item of items) {
    if (item.kind !== 'sample') continue;
    if (item.owner === '') return;
    first ??= item.owner;
    if (item.owner !== first) {
      throw new ImportRefusedError(
        'this file holds several people: --split makes a user <externalId>-<user_id> of each',
      );
    }
  }
}
