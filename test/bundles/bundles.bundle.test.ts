import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FUNCTION_KINDS, type FunctionName } from '../../infra/naming.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const OUT = mkdtempSync(join(tmpdir(), 'headwater-bundles-'));
execFileSync(process.execPath, ['esbuild.config.mjs', '--outdir', OUT], { cwd: ROOT, stdio: 'inherit' });

interface Expected {
  /** About a fifth above what was measured on 2026-11-21: growth is looked at before it is allowed. */
  readonly maxBytes: number;
  /** SDK clients and nothing else of the SDK's: each costs some 30 to 100 kB and its time at a cold start. */
  readonly clients: readonly string[];
}

const SYNC_CLIENTS = ['client-dynamodb', 'client-kms', 'client-s3', 'client-secrets-manager'];

const EXPECTED: Readonly<Record<FunctionName, Expected>> = {
  'describe-api': {
    maxBytes: 1_860_000,
    clients: ['client-dynamodb', 'client-eventbridge', 'client-kms', 'client-s3', 'client-sqs'],
  },
  'manage-access': { maxBytes: 770_000, clients: ['client-dynamodb', 'client-kms', 'client-sqs'] },
  'manage-rebuilds': { maxBytes: 770_000, clients: ['client-dynamodb', 'client-kms', 'client-sqs'] },
  'manage-users': {
    maxBytes: 900_000,
    clients: ['client-dynamodb', 'client-kms', 'client-secrets-manager'],
  },
  'ingest-samples': {
    maxBytes: 970_000,
    clients: ['client-dynamodb', 'client-kms', 'client-s3', 'client-sqs', 's3-request-presigner'],
  },
  'manage-workouts': {
    maxBytes: 1_050_000,
    clients: ['client-dynamodb', 'client-kms', 'client-s3', 'client-sqs', 's3-request-presigner'],
  },
  'read-health': { maxBytes: 750_000, clients: ['client-dynamodb', 'client-kms'] },
  'read-impact': { maxBytes: 740_000, clients: ['client-dynamodb', 'client-kms'] },
  'relay-outbox': { maxBytes: 540_000, clients: ['client-eventbridge'] },
  'ingest-large': { maxBytes: 880_000, clients: ['client-dynamodb', 'client-kms', 'client-s3'] },
  // The parsers of FIT files (fit-file-parser, with the whole FIT profile) and XML are here and nowhere else.
  'import-activity': { maxBytes: 1_500_000, clients: ['client-dynamodb', 'client-kms', 'client-s3'] },
  'write-workouts': { maxBytes: 890_000, clients: ['client-dynamodb', 'client-kms', 'client-s3'] },
  'project-impact': { maxBytes: 650_000, clients: ['client-dynamodb', 'client-kms'] },
  'project-nights': { maxBytes: 670_000, clients: ['client-dynamodb', 'client-kms'] },
  'project-rollups': { maxBytes: 670_000, clients: ['client-dynamodb', 'client-kms'] },
  'rebuild-read-models': { maxBytes: 800_000, clients: ['client-dynamodb', 'client-kms', 'client-sqs'] },
  'erase-user': { maxBytes: 790_000, clients: ['client-dynamodb', 'client-s3', 'client-sqs'] },
  'manage-connections': {
    maxBytes: 1_260_000,
    clients: [...SYNC_CLIENTS, 'client-sqs'],
  },
  'receive-push': { maxBytes: 910_000, clients: ['client-s3', 'client-secrets-manager', 'client-sqs'] },
  'apply-push': {
    maxBytes: 1_015_000,
    clients: ['client-dynamodb', 'client-kms', 'client-s3', 'client-secrets-manager', 'client-sqs'],
  },
  'sync-connection': { maxBytes: 1_220_000, clients: [...SYNC_CLIENTS, 'client-sfn', 'client-sqs'] },
  'prepare-sync': { maxBytes: 1_165_000, clients: [...SYNC_CLIENTS, 'client-sqs'] },
  'fetch-pages': { maxBytes: 1_190_000, clients: [...SYNC_CLIENTS, 'client-sqs'] },
  'finish-sync': { maxBytes: 1_165_000, clients: [...SYNC_CLIENTS, 'client-sqs'] },
  'schedule-syncs': { maxBytes: 625_000, clients: ['client-dynamodb', 'client-sqs'] },
  'sync-devices': { maxBytes: 800_000, clients: ['client-dynamodb', 'client-kms'] },
  'manage-entities': { maxBytes: 790_000, clients: ['client-dynamodb', 'client-kms'] },
  'compact-logs': { maxBytes: 580_000, clients: ['client-dynamodb'] },
};

interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >;
}

/** Files that left at least one byte in the bundle. */
function inputsOf(folder: string): readonly string[] {
  const metafile: Metafile = JSON.parse(readFileSync(join(OUT, 'metafiles', `${folder}.json`), 'utf8'));
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
}

test('there is a bundle for every function of the template and no other', () => {
  const built = globSync('functions/*/*/index.mjs', { cwd: OUT });
  const wanted = Object.entries(FUNCTION_KINDS).map(([name, kind]) => `functions/${kind}/${name}/index.mjs`);
  expect(built.sort()).toEqual(wanted.sort());
});

describe.each(Object.entries(EXPECTED))('%s', (name, { maxBytes, clients }) => {
  const folder = `functions/${FUNCTION_KINDS[name as FunctionName]}/${name}`;
  const bundle = join(OUT, folder, 'index.mjs');
  const inputs = inputsOf(folder);

  test('stays within its size', () => {
    expect(inputs.length).toBeGreaterThan(20);
    expect(statSync(bundle).size).toBeLessThan(maxBytes);
    expect(statSync(bundle).size, 'a budget far above the size sees nothing').toBeGreaterThan(maxBytes * 0.7);
  });

  test('holds just the SDK clients that it uses', () => {
    const found = inputs.map(
      (path) => /@aws-sdk\/(client-[a-z0-9-]+|s3-request-presigner)\//.exec(path)?.[1],
    );
    expect([...new Set(found.filter((client) => client !== undefined))].sort()).toEqual(clients);
  });

  test('has one zod, without its languages', () => {
    const zod = inputs.filter((path) => path.includes('node_modules/zod/'));
    expect(zod.length).toBeGreaterThan(5);
    expect(zod.filter((path) => !path.startsWith('node_modules/zod/v4/'))).toEqual([]);
    const languages = zod.filter((path) => path.includes('/locales/') && !path.endsWith('/locales/en.js'));
    expect(languages).toEqual([]);
  });

  test('has nothing of tests, of the CDK app, of other functions or of development', () => {
    const foreign = inputs.filter((path) =>
      /(^test\/|\.test\.ts$|^infra\/|aws-cdk|constructs\/|cdk-nag|zod-openapi|vitest|fast-check|fauxqs)/.test(
        path,
      ),
    );
    expect(foreign).toEqual([]);
    const others = inputs.filter(
      (path) =>
        path.startsWith('functions/') &&
        !path.startsWith(`${folder}/`) &&
        !path.startsWith('functions/_platform/'),
    );
    expect(others).toEqual([]);
  });

  test('needs no require, which an ES module does not have', () => {
    const text = readFileSync(bundle, 'utf8');
    expect(text).not.toContain('Dynamic require of');
    expect(text).not.toContain('sourceMappingURL');
  });
});
