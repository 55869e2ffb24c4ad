import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

export const BUNDLE = 'dist/functions/http/ingest-samples/index.mjs';
const RUNS = 15;
/** The clients that the ingest function talks to. */
const CLIENTS = ['dynamodb', 'kms', 's3', 'sqs'];
const COMMANDS: Readonly<Record<string, string>> = {
  dynamodb:
    'DynamoDBClient, BatchGetItemCommand, GetItemCommand, TransactWriteItemsCommand, UpdateItemCommand, QueryCommand, PutItemCommand',
  kms: 'KMSClient, DecryptCommand, GenerateDataKeyCommand',
  s3: 'S3Client, GetObjectCommand, PutObjectCommand',
  sqs: 'SQSClient, SendMessageCommand',
};

export interface ModuleLoad {
  readonly ingestMs: number;
  readonly clientsMs: number;
}

/** Best of some fresh processes that import the ingest bundle, and one that only imports its SDK clients. */
export async function measureModuleLoad(environment: Readonly<Record<string, string>>): Promise<ModuleLoad> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-load-'));
  try {
    const clients = join(folder, 'clients.mjs');
    await bundleClients(clients);
    const times = { ingest: [] as number[], clients: [] as number[] };
    for (let run = 0; run < RUNS; run += 1) {
      times.ingest.push(importMs(join(process.cwd(), BUNDLE), environment));
      times.clients.push(importMs(clients, environment));
    }
    return { ingestMs: Math.min(...times.ingest), clientsMs: Math.min(...times.clients) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function bundleClients(outfile: string): Promise<void> {
  const entry = `${outfile}.entry.js`;
  const lines = CLIENTS.map((name) => {
    const commands = COMMANDS[name] ?? '';
    return `import { ${commands} } from '@aws-sdk/client-${name}'; globalThis.held = [globalThis.held, ${commands}];`;
  });
  const made = ['DynamoDB', 'KMS', 'S3', 'SQS'].map((name) => `globalThis.held.push(new ${name}Client({}));`);
  writeFileSync(entry, [...lines, ...made].join('\n'));
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    absWorkingDir: process.cwd(),
    nodePaths: [join(process.cwd(), 'node_modules')],
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
}

function importMs(path: string, environment: Readonly<Record<string, string>>): number {
  const script = `const started = performance.now(); await import(${JSON.stringify(path)}); console.log(performance.now() - started); process.exit(0);`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return Number(printed.trim().split('\n').at(-1));
}
