import { spawn } from 'node:child_process';
import { writePrivateFile } from '../data-directory/layout.ts';

/**
 * Runs one program for as long as its own standard input is open: the parent holds the other end, so the
 * program goes with the parent, also when that is killed without a word.
 * Arguments: file for the process id, program, its arguments.
 */
const [pidFile = '', program = '', ...programArguments] = process.argv.slice(2);
const child = spawn(program, programArguments, { stdio: ['ignore', 'inherit', 'inherit'] });
if (child.pid !== undefined) writePrivateFile(pidFile, JSON.stringify({ pid: child.pid }));

const end = (): void => {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), 1_500).unref();
};
process.stdin.on('end', end).on('error', end).resume();
// Ctrl-C reaches the whole group: the parent decides when the engine goes.
process.on('SIGINT', () => {});
process.on('SIGTERM', end);
child.on('error', (error) => {
  console.error(String(error));
  process.exit(1);
});
child.on('exit', (code) => process.exit(code ?? 1));
