import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { endRecorded } from './identify.ts';

const GUARDIAN = fileURLToPath(new URL('./guardian.ts', import.meta.url));

export interface GuardedProgram {
  /** Where the guardian writes the program's process id. */
  readonly processFile: string;
  readonly logFile: string;
  readonly program: string;
  readonly programArguments: readonly string[];
}

/** The guardian of a program: whoever ends this process, or is ended, ends the program with it. */
export function spawnGuarded({
  processFile,
  logFile,
  program,
  programArguments,
}: GuardedProgram): ChildProcess {
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [GUARDIAN, processFile, program, ...programArguments], {
    stdio: ['pipe', log, log],
  });
  child.stdin?.on('error', () => {});
  closeSync(log);
  return child;
}

/** Lets the program end, and after 2.5 s does not ask any more. */
export function endGuarded(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.stdin?.end();
    setTimeout(() => child.kill('SIGKILL'), 2_500).unref();
  });
}

/** Ends the recorded program of a killed start, when its command line still holds every mark. */
export async function endOrphanOf(processFile: string, marks: readonly string[]): Promise<void> {
  let record: { readonly pid?: unknown };
  try {
    record = JSON.parse(readFileSync(processFile, 'utf8'));
  } catch {
    return;
  }
  if (typeof record.pid === 'number') await endRecorded(record.pid, marks);
}
