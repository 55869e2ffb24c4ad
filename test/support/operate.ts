import { spawn } from 'node:child_process';

export interface CommandEnd {
  readonly code: number | null;
  /** Lines for whoever reads on. */
  readonly output: string;
  /** Lines for the operator alone. */
  readonly notes: string;
}

/**
 * `npm run ops -- ...` as an operator types it, in a shell that names no stage, or with the variables given.
 */
export function runOps(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<CommandEnd> {
  const shell = Object.entries(process.env).filter(([name]) => !/^(AWS_|STAGE$)/.test(name));
  const child = spawn(process.execPath, ['functions/command/operate/index.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(shell), ...variables },
  });
  let [output, notes] = ['', ''];
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (notes += String(chunk)));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output, notes })));
}
