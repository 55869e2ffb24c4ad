import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Of `clock` in /proc/<pid>/stat: USER_HZ, which is 100 on every Linux of today. */
const TICKS_PER_SEC = 100;
const PARTS: readonly (readonly [string, RegExp])[] = [
  ['fetch-pages', /function-process\.ts/],
  ['provider simulator', /infra\/local\/providers\/main\.ts/],
  ['database', /dynoxide/],
  ['everything else of the local cloud', /infra\/local\/main\.ts/],
];

/** Processor time of the local cloud's processes so far, by part; empty without /proc. */
export function processorSeconds(rootPid: number): ReadonlyMap<string, number> {
  if (!existsSync('/proc/self/stat')) return new Map();
  const seconds = new Map(PARTS.map(([name]) => [name, 0]));
  const processes = readdirSync('/proc')
    .filter((name) => /^\d{1,9}$/.test(name))
    .flatMap(readProcess);
  const ours = new Set([rootPid]);
  for (let before = 0; before < ours.size; ) {
    before = ours.size;
    for (const { pid, parent } of processes) if (ours.has(parent)) ours.add(pid);
  }
  for (const { pid, command, cpuSec } of processes) {
    const part = PARTS.find(([, pattern]) => pattern.test(command))?.[0];
    if (ours.has(pid) && part !== undefined) seconds.set(part, (seconds.get(part) ?? 0) + cpuSec);
  }
  return seconds;
}

function readProcess(pid: string) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    // Behind the name in brackets: state, parent; user and system time are the 12th and 13th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const cpuSec = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SEC;
    return [{ pid: Number(pid), parent: Number(fields[1]), command, cpuSec }];
  } catch {
    return [];
  }
}
