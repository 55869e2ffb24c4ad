import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The command line of a process, or undefined when there is none with that id. */
export function commandLineOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || undefined;
    }
    return (
      execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
    );
  } catch {
    return undefined;
  }
}

/**
 * Ends the process when it is the one that was recorded: its command line must hold every mark. A process
 * that merely got the same id is left alone. Resolves when it is gone.
 */
export async function endRecorded(pid: number, marks: readonly string[]): Promise<boolean> {
  const isOurs = (): boolean => {
    const commandLine = commandLineOf(pid);
    return commandLine !== undefined && marks.every((mark) => commandLine.includes(mark));
  };
  if (!isOurs()) return false;
  for (let attempt = 0; attempt < 200 && isOurs(); attempt += 1) {
    try {
      process.kill(pid, attempt < 100 ? 'SIGTERM' : 'SIGKILL');
    } catch {
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
