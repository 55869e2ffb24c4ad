import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Env } from './env.ts';

/** Written by a local cloud beside its local.json: variables by name. */
const OPERATOR_FILE = 'operator.json';
const OperatorFile = z.record(z.string(), z.string()).and(z.object({ HEADWATER_API_URL: z.url() }));
/** A local cloud that runs answers in milliseconds. */
const ANSWER_LIMIT_MS = 5_000;

type Environment = Readonly<Record<string, string | undefined>>;

export interface FoundEnvironment {
  /** In whose system the command works, in words for the operator. */
  readonly place: string;
  /** Takes the place of every variable of ours and of AWS's; undefined: the shell's own stay. */
  readonly variables: Readonly<Record<string, string>> | undefined;
}

/**
 * The shell's environment when it names any resource of ours; otherwise that of the local cloud which keeps
 * its state in `dataDir` and answers. A shell that names only some resources is never completed from
 * elsewhere: the command says what is missing.
 */
export async function findEnvironment(
  shell: Environment,
  dataDir: string,
): Promise<FoundEnvironment | { readonly fault: string }> {
  if (isOurs(shell))
    return { place: `stage ${shell['STAGE'] ?? 'of the environment'}`, variables: undefined };
  const variables = await readOperatorFile(dataDir);
  if (variables === undefined)
    return {
      fault: `no local cloud in ${dataDir}: run npm start first, or set the environment of a stage (docs/runbooks/operator-shell.md)`,
    };
  const { HEADWATER_API_URL: apiUrl } = variables;
  if (!(await answers(apiUrl)))
    return { fault: `the local cloud in ${dataDir} does not answer at ${apiUrl}: run npm start first` };
  return { place: `the local cloud in ${dataDir}`, variables };
}

const isOurs = (shell: Environment): boolean =>
  Object.keys(Env.shape).some((name) => !name.startsWith('AWS_') && shell[name] !== undefined);

async function readOperatorFile(dataDir: string): Promise<z.infer<typeof OperatorFile> | undefined> {
  try {
    return OperatorFile.parse(JSON.parse(await readFile(join(dataDir, OPERATOR_FILE), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whatever it says: a part that is down is no reason not to operate. */
async function answers(apiUrl: string): Promise<boolean> {
  const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
  return fetch(`${apiUrl}/v1/health`, { signal }).then(
    () => true,
    () => false,
  );
}
