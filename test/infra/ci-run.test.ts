import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

interface Suite {
  readonly status: 'passed' | 'failed';
  readonly assertionResults: readonly { readonly status: string }[];
}

/** Runs a copy of .ci/run beside an `npm` that reports what the test says. */
async function ciRun(npm: { readonly exitCode: number; readonly report?: readonly Suite[] }) {
  const directory = await mkdtemp(join(tmpdir(), 'headwater-ci-'));
  const bin = join(directory, 'bin');
  await mkdir(bin);
  await cp(join(ROOT, '.ci'), join(directory, '.ci'), { recursive: true });
  const stub = async (name: string, text: string): Promise<void> => {
    await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(bin, name), 0o755);
  };
  await stub('chromium', 'exit 0');
  await stub('java', 'exit 0');
  const report =
    npm.report === undefined ? ':' : `printf '%s' '${JSON.stringify({ testResults: npm.report })}'`;
  await stub(
    'npm',
    `[ "$1" = ci ] && exit 0
for option in "$@"; do case "$option" in --outputFile.json=*) file="\${option#*=}";; esac; done
${npm.report === undefined ? ':' : `${report} > "$file"`}
exit ${npm.exitCode}`,
  );
  return new Promise<{ readonly exitCode: number; readonly lastLine: string }>((resolve) => {
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
    execFile(join(directory, '.ci', 'run'), { env }, (error, stdout) => {
      const lines = stdout.trimEnd().split('\n');
      resolve({ exitCode: error === null ? 0 : Number(error.code), lastLine: lines.at(-1) ?? '' });
    });
  });
}

const suite = (status: Suite['status'], ...states: readonly string[]): Suite => ({
  status,
  assertionResults: states.map((state) => ({ status: state })),
});

test('the gate counts what passed, leaves skipped tests out, and succeeds', async () => {
  const report = [suite('passed', 'passed', 'passed'), suite('passed', 'passed', 'pending')];
  expect(await ciRun({ exitCode: 0, report })).toEqual({ exitCode: 0, lastLine: '3 passed, 0 failed' });
});

test('the gate counts failed tests, and files that could not be loaded', async () => {
  const report = [suite('failed', 'passed', 'failed'), suite('failed')];
  expect(await ciRun({ exitCode: 1, report })).toEqual({ exitCode: 1, lastLine: '1 passed, 2 failed' });
});

test('a failed check is a failure, although no test ran', async () => {
  expect(await ciRun({ exitCode: 2 })).toEqual({ exitCode: 1, lastLine: '0 passed, 1 failed' });
});

test('a command that fails with every test passed is a failure', async () => {
  const report = [suite('passed', 'passed')];
  expect(await ciRun({ exitCode: 1, report })).toEqual({ exitCode: 1, lastLine: '1 passed, 1 failed' });
});

test('a run in which no test ran is a failure', async () => {
  expect(await ciRun({ exitCode: 0, report: [] })).toEqual({ exitCode: 1, lastLine: '0 passed, 1 failed' });
});
