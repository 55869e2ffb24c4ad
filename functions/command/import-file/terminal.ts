import { COUNT_NAMES, type ImportSummary } from '../../../lib/imports/run-import.ts';

/** Faults printed one by one; beyond this they are counted. The full list is in the faults file. */
const MAX_PRINTED_FAULTS = 20;
const BAR_WIDTH = 30;
/** Redrawing more often would cost more than it tells. */
const REDRAW_MS = 100;
/** Without a terminal: a line at each tenth of the file. */
const PLAIN_STEPS = 10;

export interface ImportScreen {
  /** Share of the file that was read, and samples sent so far. */
  progress(share: number, samples: number): void;
  fault(text: string): void;
  summary(summary: ImportSummary, faultsFile: string): void;
}

/** A bar that redraws on a terminal, a line at each tenth elsewhere; faults and the summary in plain lines. */
export function createImportScreen(output: NodeJS.WriteStream, now: () => number): ImportScreen {
  const startedMs = now();
  let drawnMs = 0;
  let faults = 0;
  let saidSteps = 0;
  const clear = () => {
    if (output.isTTY) output.write('\r\u001b[K');
  };
  const sayStep = (share: number, samples: number) => {
    const steps = Math.floor(Math.min(1, share) * PLAIN_STEPS);
    if (steps <= saidSteps) return;
    saidSteps = steps;
    output.write(`${String((steps * 100) / PLAIN_STEPS).padStart(3)} %  ${counted(samples, 'sample')}\n`);
  };
  return {
    progress(share, samples) {
      if (!output.isTTY) return sayStep(share, samples);
      if (share < 1 && now() - drawnMs < REDRAW_MS) return;
      drawnMs = now();
      const filled = Math.round(Math.min(1, share) * BAR_WIDTH);
      const rate = Math.round((samples * 1_000) / Math.max(1, now() - startedMs));
      const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
      output.write(
        `\r\u001b[K${bar} ${Math.floor(Math.min(1, share) * 100)} %  ${counted(samples, 'sample')}  ${rate}/s`,
      );
    },
    fault(text) {
      faults += 1;
      if (faults > MAX_PRINTED_FAULTS) return;
      clear();
      output.write(`  ! ${text}\n`);
    },
    summary(summary, faultsFile) {
      clear();
      output.write(
        summaryLines(summary, { seconds: (now() - startedMs) / 1_000, faults, faultsFile }).join('\n'),
      );
      output.write('\n');
    },
  };
}

const counted = (count: number, one: string, several = `${one}s`): string =>
  `${count} ${count === 1 ? one : several}`;

function summaryLines(
  summary: ImportSummary,
  run: { readonly seconds: number; readonly faults: number; readonly faultsFile: string },
): readonly string[] {
  const lines = [
    `read ${counted(summary.samples, 'sample')}${summary.workouts === 0 ? '' : ` and ${counted(summary.workouts, 'workout')}`} in ${counted(summary.batches, 'batch', 'batches')} for ${counted(summary.users.length, 'user')} in ${run.seconds.toFixed(1)} s`,
    ...COUNT_NAMES.filter((name) => summary.counts[name] > 0).map(
      (name) => `  ${name.padEnd(11)} ${summary.counts[name]}`,
    ),
  ];
  if (summary.skippedBatches > 0)
    lines.push(
      `  resumed behind ${counted(summary.skippedBatches, 'batch', 'batches')} that had been answered before`,
    );
  const unsupported = Object.entries(summary.unsupported).sort((a, b) => b[1] - a[1]);
  if (unsupported.length > 0) lines.push('  of other kinds, left out:');
  for (const [type, count] of unsupported) lines.push(`    ${type.padEnd(50)} ${count}`);
  if (summary.unreadableCount > 0) lines.push(`  unreadable rows: ${summary.unreadableCount}`);
  if (run.faults > 0) lines.push(`  every unreadable or refused row is listed in ${run.faultsFile}`);
  for (const user of summary.users) lines.push(`  user ${user}`);
  return lines;
}
