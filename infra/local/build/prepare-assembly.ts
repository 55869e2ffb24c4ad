import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Layout } from '../data-directory/layout.ts';
import { fingerprintOf } from './fingerprint.ts';
import { keepAssembly, takeAssembly } from './kept-assembly.ts';

const run = promisify(execFile);
export const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Templates that were synthesised for one data directory are the same for any other. */
const KEPT = join(ROOT, 'dist', 'assemblies');
const BUNDLE_INPUTS = ['contracts', 'lib', 'functions', 'esbuild.config.mjs', 'package-lock.json'];

/**
 * Bundles and synthesises what `cdk deploy` would deploy; each step is skipped when nothing that goes into it
 * has changed since it last ran.
 */
export async function prepareAssembly(layout: Layout, say: (line: string) => void): Promise<void> {
  const isTest = (path: string): boolean => path.includes('.test.');
  const bundles = fingerprintOf(ROOT, BUNDLE_INPUTS, isTest);
  const bundleMark = join(ROOT, 'dist', '.fingerprint');
  if (readMark(bundleMark) !== bundles) {
    say('building the bundles ...');
    await runNode('esbuild.config.mjs', {});
    writeFileSync(bundleMark, bundles);
  }
  const infra = fingerprintOf(ROOT, ['infra'], (path) => path === 'infra/local' || isTest(path));
  const wanted = `${bundles} ${infra}`;
  if (readMark(layout.assemblyFingerprint) === wanted && existsSync(join(layout.assembly, 'manifest.json')))
    return;
  rmSync(layout.assembly, { recursive: true, force: true });
  if (!takeAssembly(KEPT, wanted, layout.assembly)) {
    say('synthesising the template ...');
    // The CDK's own check loads every resource schema, which takes longer than all the rest; tests run it.
    await runNode(join('infra', 'app.ts'), { CDK_OUTDIR: layout.assembly, CDK_VALIDATION: 'false' });
    keepAssembly(KEPT, wanted, layout.assembly);
  }
  writeFileSync(layout.assemblyFingerprint, wanted);
}

function readMark(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function runNode(script: string, environment: Readonly<Record<string, string>>): Promise<void> {
  try {
    await run(process.execPath, [script], {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      maxBuffer: 64 * 1_024 * 1_024,
    });
  } catch (cause) {
    const { stderr = '' } = cause as { readonly stderr?: string };
    throw new Error(`${script} failed:\n${stderr}`, { cause });
  }
}
