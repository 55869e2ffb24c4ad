import { createWriteStream } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { createHeadwaterApi } from '../../../lib/adapters/http/headwater-api.ts';
import { type Clock, systemClock } from '../../../lib/core/clock.ts';
import { newSortableId } from '../../../lib/core/ids.ts';
import { type Randomness, systemRandomness } from '../../../lib/core/randomness.ts';
import { openImportFile } from '../../../lib/imports/open-file.ts';
import type { ImportArguments } from './arguments.ts';
import type { Env } from './env.ts';
import type { ImportFileDependencies } from './handler.ts';
import { openProgressFile } from './progress-file.ts';
import { createImportScreen } from './terminal.ts';

const LocalCloud = z.object({ apiUrl: z.url(), apiKey: z.string().min(1) });

/** Which API to talk to: the environment's, or the local cloud's; otherwise what to do about it. */
export async function findApi(
  env: Env,
  dataDir: string,
): Promise<{ readonly apiUrl: string; readonly apiKey: string } | { readonly fault: string }> {
  if (env.HEADWATER_API_URL !== undefined) {
    if (env.HEADWATER_API_KEY === undefined)
      return { fault: 'HEADWATER_API_URL is set, but HEADWATER_API_KEY is not' };
    return { apiUrl: env.HEADWATER_API_URL.replace(/\/+$/, ''), apiKey: env.HEADWATER_API_KEY };
  }
  try {
    return LocalCloud.parse(JSON.parse(await readFile(join(dataDir, 'local.json'), 'utf8')));
  } catch {
    return {
      fault: `no local cloud in ${dataDir}: run npm start first, or set HEADWATER_API_URL and HEADWATER_API_KEY`,
    };
  }
}

const PROBE_TIMEOUT_MS = 5_000;

/** A local API that nobody listens at, as a sentence with what to do; undefined for one that answers or is elsewhere. */
export async function localSilence(apiUrl: string): Promise<string | undefined> {
  const { hostname } = new URL(apiUrl);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return undefined;
  try {
    await fetch(`${apiUrl}/v1/health`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    return undefined;
  } catch {
    return `${apiUrl} does not answer: is the local cloud running? (npm start)`;
  }
}

export async function wire(
  request: ImportArguments,
  api: { readonly apiUrl: string; readonly apiKey: string },
  platform: { readonly clock: Clock; readonly randomness: Randomness } = {
    clock: systemClock,
    randomness: systemRandomness,
  },
): Promise<ImportFileDependencies> {
  const { clock, randomness } = platform;
  const { size } = await stat(request.file);
  const runId = newSortableId(clock.now(), randomness);
  const folder = join(request.dataDir, 'imports');
  await mkdir(folder, { recursive: true });
  const faultsPath = join(folder, `${runId}.faults.txt`);
  let faultsStream: ReturnType<typeof createWriteStream> | undefined;
  return {
    target: createHeadwaterApi({ ...api, fetch: globalThis.fetch, clock, randomness }),
    progressFile: await openProgressFile(request, api.apiUrl),
    openItems: async (onShare) => {
      let readBytes = 0;
      const { items } = await openImportFile(request.file, (count) => {
        readBytes += count;
        onShare(size === 0 ? 1 : readBytes / size);
      });
      return items;
    },
    screen: createImportScreen(process.stderr, () => clock.now()),
    faults: {
      path: faultsPath,
      write(line) {
        faultsStream ??= createWriteStream(faultsPath);
        faultsStream.write(`${line}\n`);
      },
    },
    newRunId: () => runId,
  };
}
