import {
  GetItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Clients, Platform } from '../../../functions/_platform/platform.ts';
import type { SdkCommand } from '../engine/simulated-dynamo.ts';
import type { SentPush } from './answers.ts';
import type { SyncFunction, SyncMutant } from './mutant.ts';
import type { WireAnswer, WireRequest } from './network.ts';

type Send = (command: SdkCommand) => Promise<object>;

/** A mutant of one function's database client. */
const ofDynamo = (
  name: string,
  owner: SyncFunction,
  mutate: (command: SdkCommand, send: Send) => Promise<object>,
): SyncMutant => ({
  name,
  platform: (candidate, platform) => (candidate === owner ? withDynamo(platform, mutate) : platform),
});

function withDynamo(
  platform: Platform,
  mutate: (command: SdkCommand, send: Send) => Promise<object>,
): Platform {
  const dynamo = platform.client('dynamo', () => {
    throw new Error('the simulation has its own');
  });
  const send = dynamo.send.bind(dynamo) as unknown as Send;
  const mutated = { send: (command: SdkCommand) => mutate(command, send) } as unknown as Clients['dynamo'];
  return {
    ...platform,
    client: (name, create) => (name === 'dynamo' ? (mutated as never) : platform.client(name, create)),
  };
}

export const sortKeyOf = ({ Put, Update, ConditionCheck }: TransactWriteItem): string =>
  Put?.Item?.['sk']?.S ?? (Update ?? ConditionCheck)?.Key?.['sk']?.S ?? '';

/** A mutant whose pushes change what `mutate` makes of single items; undefined leaves one out. */
const ofItems = (
  name: string,
  mutate: (write: TransactWriteItem, sortKey: string) => TransactWriteItem | undefined,
): SyncMutant =>
  ofDynamo(name, 'sync-devices', (command, send) => {
    if (!(command instanceof TransactWriteItemsCommand)) return send(command);
    const TransactItems = command.input.TransactItems?.flatMap(
      (write) => mutate(write, sortKeyOf(write)) ?? [],
    );
    return send(new TransactWriteItemsCommand({ ...command.input, TransactItems }));
  });

/** Values that only the condition used are left out as well: DynamoDB refuses those that nobody names. */
export function bare(write: TransactWriteItem): TransactWriteItem {
  if (write.Put !== undefined) {
    const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues, ...put } = write.Put;
    return { Put: put };
  }
  if (write.Update === undefined) return write;
  const { ConditionExpression, ExpressionAttributeValues = {}, ...update } = write.Update;
  const used = Object.entries(ExpressionAttributeValues).filter(([name]) =>
    new RegExp(`${name}\\b`).test(update.UpdateExpression ?? ''),
  );
  return { Update: { ...update, ExpressionAttributeValues: Object.fromEntries(used) } };
}

/** A mutant of what devices send or are answered, of one path. */
const ofAnswers = (
  name: string,
  path: string,
  mutate: (body: Record<string, unknown>, device: string) => Record<string, unknown>,
): SyncMutant => ({
  name,
  answer: (device, request, answer) => {
    if (request.path !== path || ![200, 207].includes(answer.status)) return answer;
    return withBody(answer, mutate(JSON.parse(answer.body), device));
  },
});

const withBody = (answer: WireAnswer, body: object): WireAnswer => ({
  ...answer,
  body: JSON.stringify(body),
});

const ofPushes = (name: string, mutate: (push: SentPush) => SentPush): SyncMutant => ({
  name,
  request: (_, request: WireRequest) =>
    request.path === '/v1/sync/push'
      ? { ...request, body: JSON.stringify(mutate(JSON.parse(request.body ?? ''))) }
      : request,
});

interface HttpEvent {
  readonly rawPath: string;
  readonly queryStringParameters: Readonly<Record<string, string>>;
}

const isPull = (event: HttpEvent): boolean => event.rawPath === '/v1/sync/changes';

const isOfUser = (pk: string | undefined): boolean => pk?.includes('#U#') === true;

/** The lock of an owner that died stays. */
function lockedPulls(): SyncMutant {
  let isLocked = false;
  return {
    name: 'a pull takes a lock and is refused while another one reads',
    handler: (_, handler) => async (event, context) => {
      if (!isPull(event as HttpEvent)) return handler(event, context);
      if (isLocked) return { statusCode: 409, headers: {}, body: '{"code":"sync.locked"}' };
      isLocked = true;
      const answer = await handler(event, context);
      isLocked = false;
      return answer;
    },
  };
}

/** Mutants on the server: what is committed, and what is read. */
const SERVER_MUTANTS: readonly SyncMutant[] = [
  ofItems('rows are written without their version condition', (write, sk) =>
    sk.startsWith('ENTITY#') ? bare(write) : write,
  ),
  ofItems('the counter and the log entry are written without their conditions', (write, sk) =>
    /^(ENTITIES$|ENTITYLOG#)/.test(sk) ? bare(write) : write,
  ),
  ofItems('the ledger row is written without its condition', (write, sk) =>
    sk.startsWith('ENTITYOP#') ? bare(write) : write,
  ),
  ofItems('an operation is not remembered, and a retry counts again', (write, sk) =>
    sk.startsWith('ENTITYOP#') ? undefined : write,
  ),
  ofItems('a deleted row leaves no tombstone', (write, sk) => {
    const { Item, TableName } = write.Put ?? {};
    if (!sk.startsWith('ENTITY#') || Item?.['deleted']?.BOOL !== true) return write;
    const { pk, sk: sortKey } = Item;
    return pk && sortKey ? { Delete: { TableName, Key: { pk, sk: sortKey } } } : write;
  }),
  ofDynamo('rows and log are read eventually consistent', 'sync-devices', (command, send) => {
    if (command instanceof QueryCommand && isOfUser(command.input.ExpressionAttributeValues?.[':pk']?.S))
      return send(new QueryCommand({ ...command.input, ConsistentRead: false }));
    if (command instanceof GetItemCommand && isOfUser(command.input.Key?.['pk']?.S))
      return send(new GetItemCommand({ ...command.input, ConsistentRead: false }));
    return send(command);
  }),
  ofDynamo('the horizon is not raised before entries are deleted', 'compact-logs', (command, send) => {
    const isRaise =
      command instanceof UpdateItemCommand && /horizonSeq/.test(command.input.UpdateExpression ?? '');
    return isRaise ? Promise.resolve({}) : send(command);
  }),
  ofDynamo('compaction does not say how far versions had come', 'compact-logs', (command, send) => {
    const { ExpressionAttributeValues: values } = command.input as UpdateItemCommandInput;
    if (!(command instanceof UpdateItemCommand) || values?.[':forgotten'] === undefined) return send(command);
    return send(
      new UpdateItemCommand({
        ...command.input,
        ExpressionAttributeValues: { ...values, ':forgotten': { N: '0' } },
      }),
    );
  }),
  lockedPulls(),
  {
    name: 'a type without news pins the cursor',
    handler: (_, handler) => async (event, context) => {
      const answer = (await handler(event, context)) as { statusCode: number; body: string };
      const sent = (event as HttpEvent).queryStringParameters?.['cursor'];
      if (!isPull(event as HttpEvent) || sent === undefined || answer.statusCode !== 200) return answer;
      const body = JSON.parse(answer.body) as { changes: { entityType: string }[] };
      const isPinned = !body.changes.some(({ entityType }) => entityType === 'products');
      return isPinned ? { ...answer, body: JSON.stringify({ ...body, cursor: sent }) } : answer;
    },
  },
];

/** Mutants on the devices. */
const DEVICE_MUTANTS: readonly SyncMutant[] = [
  ofPushes('deletions are always sent with version 1', (push) => ({
    ...push,
    changes: push.changes.map((change) => (change.op === 'delete' ? { ...change, baseVersion: 1 } : change)),
  })),
  ofAnswers('what was refused is taken for synced', '/v1/sync/push', (body) => {
    const failed = body['failed'] as { requestId: string; retryable: boolean }[];
    const refused = failed.filter(({ retryable }) => !retryable);
    const taken = refused.map(({ requestId }) => ({ requestId, entityType: '-', id: '-', version: 1 }));
    return {
      ...body,
      successful: [...(body['successful'] as object[]), ...taken],
      failed: failed.filter(({ retryable }) => retryable),
    };
  }),
  ofAnswers('a device is not told of its own writes', '/v1/sync/changes', (body, device) => ({
    ...body,
    changes: (body['changes'] as { originDeviceId: string }[]).filter(
      ({ originDeviceId }) => originDeviceId !== device,
    ),
  })),
  {
    name: 'the cursor is saved before its page',
    transaction: (transaction, process) => {
      let isDoomed = false;
      return {
        ...transactionOf(transaction),
        saveRows: (rows) => {
          isDoomed = rows.length > 0 && rows.some(({ version }) => version % 3 === 0);
          return isDoomed ? undefined : transaction.saveRows(rows);
        },
        saveValue: async (name, text) => {
          await transaction.saveValue(name, text);
          // The cursor is there, and the process ends before the rows are.
          if (isDoomed && name === 'cursor') queueMicrotask(() => process.kill());
        },
      };
    },
  },
];

/** Its members, past the proxy that it is. */
const transactionOf = (transaction: Parameters<NonNullable<SyncMutant['transaction']>>[0]) => ({
  loadRow: transaction.loadRow,
  loadRows: transaction.loadRows,
  listMissing: transaction.listMissing,
  listRows: transaction.listRows,
  listTypes: transaction.listTypes,
  removeRowsBefore: transaction.removeRowsBefore,
  listOrphans: transaction.listOrphans,
  listChildren: transaction.listChildren,
  listQueue: transaction.listQueue,
  saveQueued: transaction.saveQueued,
  removeQueued: transaction.removeQueued,
  loadValue: transaction.loadValue,
  listValues: transaction.listValues,
});

export const SEAM_MUTANTS: readonly SyncMutant[] = [...SERVER_MUTANTS, ...DEVICE_MUTANTS];
