import { parseArgs } from 'node:util';
import * as z from 'zod';
import { METRICS } from '../../../contracts/metrics/catalog.ts';
import { UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { type EpochMs, type LocalDate, MINUTE_MS, parseLocalDate } from '../../../lib/core/instants.ts';
import { parseIsoTime } from '../../../lib/core/iso-time.ts';
import { ALL_MODELS } from '../../../lib/rebuilds/model.ts';

/** Queues that have a dead-letter queue (infra/naming.ts). */
export const QUEUE_NAMES = [
  'large-ingests',
  'workout-writes',
  'activity-imports',
  'projections',
  'night-projections',
  'impact-projections',
  'rebuilds',
  'erasures',
  'provider-syncs',
  'inbound-pushes',
] as const;

export const USAGE = `usage: npm run ops -- <command>

  bootstrap --name <workspace> [--mode live|test]
      makes a workspace, its key and an API key with every scope, which is printed once; registers the
      user pool of USER_POOL_ID and USER_POOL_CLIENT_ID when both are set
  projections rebuild --workspace <id> [--user <id>] [--model rollups|sleep|session_impact] [--metric <code>]
                      [--from YYYY-MM-DD] [--to YYYY-MM-DD] [--after <userId>]
      computes again every row that is not equal to its inputs, of one read model or of all, while reads go on;
      of all users, in the order of their ids, those behind --after
  relay replay --workspace <id> --from <time> --to <time> [--log changes|sync] [--after <userId>:<seq>]
      puts the events of entries committed in [from, to) on the bus again: of the change feed, or of the log of
      device sync, which counts by itself
  providers subscribe [--provider <name>]
      subscribes the applications to the notifications of their providers, renews what is about to expire, and
      prints what has to go into the secret; to be run after each change there, and once a week
  dlq list
  dlq show <queue> [--limit N]
  dlq redrive <queue>
      looks at, or sends back, what consumers gave up on; queues: ${QUEUE_NAMES.join(', ')}

Reads the environment that the functions have: STAGE, CORE_TABLE_NAME, SAMPLES_TABLE_NAME, VAULT_TABLE_NAME,
WORKSPACE_KMS_KEY_ID, EVENT_BUS_NAME, PROVIDER_SECRET_ARN, PUBLIC_URL, as far as the command needs them, and AWS's own variables
(docs/runbooks/operator-shell.md). When none of ours is set, works on the local cloud that npm start runs;
--data-dir DIR says where that keeps its state (default .headwater).`;

const instant = z.string().transform((text, context): EpochMs => {
  const time = parseIsoTime(text);
  if (time !== undefined && time.offset !== 'none')
    return (time.wallMs - (time.offset === 'utc' ? 0 : time.offset) * MINUTE_MS) as EpochMs;
  context.addIssue({ code: 'custom', message: 'is not an ISO 8601 time with an offset or Z' });
  return z.NEVER;
});
const localDate = z.string().transform((text, context): LocalDate => {
  const date = parseLocalDate(text);
  if (date !== undefined) return date;
  context.addIssue({ code: 'custom', message: 'is not a date' });
  return z.NEVER;
});
const cursor = z
  .string()
  .regex(/^usr_[0-9a-z]{26}:\d{1,12}$/)
  .transform((text) => ({ userId: UserId.parse(text.split(':')[0]), seq: Number(text.split(':')[1]) }));

/** Options of each command; the words of a command come before them. */
const COMMANDS = {
  bootstrap: z.strictObject({
    name: z.string().min(1).max(100),
    mode: z.enum(['live', 'test']).default('live'),
  }),
  'projections rebuild': z.strictObject({
    workspace: WorkspaceId,
    user: UserId.optional(),
    model: z.enum(ALL_MODELS).optional(),
    metric: z
      .string()
      .refine((code) => METRICS.has(code), { error: 'is not a metric' })
      .optional(),
    from: localDate.optional(),
    to: localDate.optional(),
    after: UserId.optional(),
  }),
  'relay replay': z.strictObject({
    workspace: WorkspaceId,
    from: instant,
    to: instant,
    log: z.enum(['changes', 'sync']).default('changes'),
    after: cursor.optional(),
  }),
  'providers subscribe': z.strictObject({ provider: z.string().min(1).max(40).optional() }),
  'dlq list': z.strictObject({}),
  'dlq show': z.strictObject({
    queue: z.enum(QUEUE_NAMES),
    limit: z.coerce.number().int().min(1).max(1_000).default(10),
  }),
  'dlq redrive': z.strictObject({ queue: z.enum(QUEUE_NAMES) }),
} as const;

type CommandName = keyof typeof COMMANDS;
export type OperateCommand = {
  [Name in CommandName]: { readonly name: Name; readonly options: z.output<(typeof COMMANDS)[Name]> };
}[CommandName];

export type OperateRequest =
  | { readonly command: OperateCommand; readonly dataDir: string }
  | { readonly help: true }
  | { readonly fault: string };

/** The command with its options and the local cloud's directory, or what is wrong in words for the operator. */
export function parseRequest(args: readonly string[]): OperateRequest {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (fault) {
    return { fault: fault instanceof Error ? fault.message : 'unusable arguments' };
  }
  const {
    positionals,
    values: { help, 'data-dir': dataDir, ...values },
  } = parsed;
  if (help) return { help };
  const command = parseCommand(positionals, values);
  return 'fault' in command ? command : { command, dataDir };
}

function parseCommand(
  positionals: readonly string[],
  values: Readonly<Record<string, string | undefined>>,
): OperateCommand | { readonly fault: string } {
  const name = nameOf(positionals);
  if (name === undefined)
    return {
      fault: positionals.length === 0 ? 'name a command' : `there is no command "${positionals.join(' ')}"`,
    };
  const rest = positionals.slice(name.split(' ').length);
  const takesQueue = name === 'dlq show' || name === 'dlq redrive';
  if (rest.length > (takesQueue ? 1 : 0)) return { fault: `${name} does not take "${rest.at(-1)}"` };
  const options = COMMANDS[name].safeParse(takesQueue ? { ...values, queue: rest[0] } : { ...values });
  if (options.success) return { name, options: options.data } as OperateCommand;
  return { fault: `${name}: ${options.error.issues.map(describeIssue).join('; ')}` };
}

function nameOf(positionals: readonly string[]): CommandName | undefined {
  const names = Object.keys(COMMANDS) as readonly CommandName[];
  return names.find((name) => name === positionals[0] || name === positionals.slice(0, 2).join(' '));
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `does not take --${issue.keys.join(', --')}`;
  const option = String(issue.path[0]);
  return option === 'queue' ? `name one of ${QUEUE_NAMES.join(', ')}` : `--${option} ${issue.message}`;
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      'data-dir': { type: 'string', default: '.headwater' },
      name: { type: 'string' },
      mode: { type: 'string' },
      workspace: { type: 'string' },
      user: { type: 'string' },
      model: { type: 'string' },
      metric: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      after: { type: 'string' },
      log: { type: 'string' },
      limit: { type: 'string' },
      provider: { type: 'string' },
    },
  });
