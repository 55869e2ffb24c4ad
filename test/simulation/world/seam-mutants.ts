import {
  DeleteItemCommand,
  PutItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { PutEventsCommandOutput } from '@aws-sdk/client-eventbridge';
import type { Clients } from '../../../functions/_platform/platform.ts';
import type { SdkCommand } from '../engine/simulated-dynamo.ts';
import type { Mutant, SimulatedFunction } from './mutant.ts';
import { TABLES } from './seed-world.ts';

type Send = (command: SdkCommand) => Promise<object>;
type MutateSend = (command: SdkCommand, send: Send) => Promise<object>;

/** A mutant of one function's database client. */
const ofDynamo = (name: string, functions: readonly SimulatedFunction[], mutate: MutateSend): Mutant => ({
  name,
  clients: (owner, clients) => (functions.includes(owner) ? withDynamo(clients, mutate) : clients),
});

function withDynamo(clients: Clients, mutate: MutateSend): Clients {
  const send = clients.dynamo.send as unknown as Send;
  const dynamo = { send: (command: SdkCommand) => mutate(command, send) } as unknown as Clients['dynamo'];
  return { ...clients, dynamo };
}

const WRITERS: readonly SimulatedFunction[] = ['ingest-samples', 'ingest-large'];

/** A mutant whose transactions lose the conditions of the items that `isBare` picks. */
const withoutConditions = (name: string, isBare: (write: TransactWriteItem) => boolean): Mutant =>
  ofDynamo(name, WRITERS, (command, send) => {
    if (!(command instanceof TransactWriteItemsCommand)) return send(command);
    const { input } = command;
    const TransactItems = input.TransactItems?.map((write) => (isBare(write) ? bare(write) : write));
    return send(new TransactWriteItemsCommand({ ...input, TransactItems }));
  });

function bare(write: TransactWriteItem): TransactWriteItem {
  if (write.Put === undefined) return write;
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues, ...put } = write.Put;
  return { Put: put };
}

const sortKeyOf = (write: TransactWriteItem): string => write.Put?.Item?.['sk']?.S ?? '';

/** Stands in for a hard-to-see mistake: the parts of a transaction one after another. */
async function sendOneByOne(input: TransactWriteItemsCommandInput, send: Send): Promise<object> {
  for (const { Put, Update, Delete } of input.TransactItems ?? []) {
    if (Put !== undefined) await send(new PutItemCommand(Put));
    if (Update !== undefined) await send(new UpdateItemCommand(Update));
    if (Delete !== undefined) await send(new DeleteItemCommand(Delete));
  }
  return {};
}

const answersAllDone = (name: string, owner: SimulatedFunction): Mutant => ({
  name,
  handler: (candidate, handler) =>
    candidate !== owner
      ? handler
      : async (event, context) => {
          await handler(event, context);
          return { batchItemFailures: [] };
        },
});

const isRollup = (command: SdkCommand): command is PutItemCommand =>
  command instanceof PutItemCommand && (command.input.Item?.['pk']?.S ?? '').includes('#R#');

export const SEAM_MUTANTS: readonly Mutant[] = [
  withoutConditions(
    'blocks are written without their version condition',
    (write) => write.Put?.TableName === TABLES.samples,
  ),
  withoutConditions('the ledger row is written without its condition', (write) =>
    sortKeyOf(write).startsWith('LEDGER#'),
  ),
  withoutConditions('head and change entry are written without their conditions', (write) =>
    /^(HEAD|CHANGE#)/.test(sortKeyOf(write)),
  ),
  ofDynamo('a transaction is sent item by item', WRITERS, (command, send) =>
    command instanceof TransactWriteItemsCommand ? sendOneByOne(command.input, send) : send(command),
  ),
  ofDynamo('a request is acknowledged before its transaction is committed', WRITERS, (command, send) => {
    if (!(command instanceof TransactWriteItemsCommand)) return send(command);
    void send(command).catch(() => undefined);
    return Promise.resolve({});
  }),
  ofDynamo('a rollup row is saved without its condition', ['project-rollups'], (command, send) => {
    if (!isRollup(command)) return send(command);
    const { ConditionExpression, ExpressionAttributeValues, ...input } = command.input;
    return send(new PutItemCommand(input));
  }),
  ofDynamo('readers query eventually consistent', ['read-health'], (command, send) =>
    command instanceof QueryCommand
      ? send(new QueryCommand({ ...command.input, ConsistentRead: false }))
      : send(command),
  ),
  {
    name: 'failed entries of PutEvents are taken for published',
    clients: (_, clients) => {
      const send = clients.eventBridge.send as unknown as (
        command: SdkCommand,
      ) => Promise<PutEventsCommandOutput>;
      const forgiving = async (command: SdkCommand) => {
        const reply = await send(command);
        return { ...reply, Entries: reply.Entries?.map(() => ({ EventId: 'taken' })) };
      };
      return { ...clients, eventBridge: { send: forgiving } as unknown as Clients['eventBridge'] };
    },
  },
  answersAllDone('the relay loses its partial batch response', 'relay-outbox'),
  answersAllDone('the projector loses its partial batch response', 'project-rollups'),
  answersAllDone('the large ingest loses its partial batch response', 'ingest-large'),
];
