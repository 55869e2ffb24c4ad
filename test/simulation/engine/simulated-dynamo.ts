import { createHash } from 'node:crypto';
import type {
  BatchGetItemCommandInput,
  CancellationReason,
  DeleteItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  QueryCommandInput,
  TransactWriteItem,
  TransactWriteItemsCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Dynamo } from '../../../lib/adapters/dynamo/dynamo.ts';
import { cloneItem, type Item, itemBytes } from './attribute-values.ts';
import * as exceptions from './dynamo-exceptions.ts';
import { applyUpdate, InvalidExpression, isTrue, Placeholders, project } from './expression-evaluator.ts';
import { queryIndexPage, queryPage } from './query.ts';
import { exactKeyOf, type ItemChange, type KeyText, keyOf, Table } from './tables.ts';

/** Quotas of the developer guide, "Service, account, and table quotas in Amazon DynamoDB". */
const MAX_ITEM_BYTES = 400 * 1024;
const MAX_TRANSACTION_ITEM_COUNT = 100;
const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;
const MAX_BATCH_GET_COUNT = 100;
const TOKEN_LIFE_MS = 10 * 60_000;

/** What may go wrong or come late. Left out: nothing does, and every write is visible at once. */
export interface DynamoChaos {
  /** Delay until each of `count` items of a committed transaction is seen by plain reads. */
  visibilityDelaysMs(count: number): readonly number[];
  /** Index of the item that another transaction seems to hold, for this transaction of `count` items. */
  conflictAt(count: number): number | undefined;
  /** How far an eventually consistent read lags behind. */
  readLagMs(): number;
  /** How many keys of a BatchGetItem of `count` come back as UnprocessedKeys. */
  unprocessedCount(count: number): number;
}

export interface SimulatedDynamoOptions {
  readonly tableNames: readonly string[];
  readonly now: () => number;
  readonly chaos?: DynamoChaos;
  /** Told of every write that changed an item, when it is committed. */
  readonly onChange?: (change: ItemChange) => void;
}

export interface SimulatedDynamo {
  /** The client for tests without a scheduler: every command takes effect at once. */
  readonly client: Dynamo;
  /**
   * Takes a command's effect now and answers its output, with the instant from which all that it wrote is
   * visible (the service replies no earlier). Throws the SDK's exceptions.
   */
  execute(command: SdkCommand): { readonly output: object; readonly settledAtMs: number };
  table(tableName: string): Table;
  readonly counters: DynamoCounters;
}

export interface DynamoCounters {
  transactions: number;
  cancelled: number;
  conflictsInjected: number;
  /** Plain reads that saw an item older than the committed one. */
  halfVisibleReads: number;
}

/** What `send` is given: the class tells which command it is. */
export interface SdkCommand {
  readonly input: object;
  readonly constructor: { readonly name: string };
}

interface Engine {
  readonly tables: ReadonlyMap<string, Table>;
  readonly options: SimulatedDynamoOptions;
  readonly counters: DynamoCounters;
  readonly tokens: Map<string, { readonly digest: string; readonly atMs: number }>;
}

const NO_CHAOS: DynamoChaos = {
  visibilityDelaysMs: (count) => new Array<number>(count).fill(0),
  conflictAt: () => undefined,
  readLagMs: () => 0,
  unprocessedCount: () => 0,
};

/**
 * DynamoDB in memory at the level of the SDK's `send`: the commands and expressions that
 * lib/adapters/dynamo/dynamo.ts lists, with their conditions, reasons and limits. Anything else throws.
 */
export function createSimulatedDynamo(options: SimulatedDynamoOptions): SimulatedDynamo {
  const engine: Engine = {
    tables: new Map(options.tableNames.map((name) => [name, new Table(name)])),
    options,
    counters: { transactions: 0, cancelled: 0, conflictsInjected: 0, halfVisibleReads: 0 },
    tokens: new Map(),
  };
  const execute = (command: SdkCommand) => {
    try {
      return run(engine, command);
    } catch (error) {
      if (error instanceof InvalidExpression) throw exceptions.validationFailed(error.message);
      throw error;
    }
  };
  const send = async (command: SdkCommand) => execute(command).output;
  return {
    client: { send } as unknown as Dynamo,
    execute,
    table: (tableName) => tableOf(engine, tableName),
    counters: engine.counters,
  };
}

function run(engine: Engine, command: SdkCommand) {
  const nowMs = engine.options.now();
  const plain = (output: object) => ({ output, settledAtMs: nowMs });
  switch (command.constructor.name) {
    case 'GetItemCommand':
      return plain(getItem(engine, command.input as GetItemCommandInput));
    case 'BatchGetItemCommand':
      return plain(batchGetItem(engine, command.input as BatchGetItemCommandInput));
    case 'QueryCommand':
      return plain(query(engine, command.input as QueryCommandInput));
    case 'PutItemCommand':
      return plain(putItem(engine, command.input as PutItemCommandInput));
    case 'UpdateItemCommand':
      return plain(updateItem(engine, command.input as UpdateItemCommandInput));
    case 'DeleteItemCommand':
      return plain(deleteItem(engine, command.input as DeleteItemCommandInput));
    case 'TransactWriteItemsCommand':
      return transactWrite(engine, command.input as TransactWriteItemsCommandInput);
    default:
      throw new Error(`the simulation does not know ${command.constructor.name}`);
  }
}

function tableOf(engine: Engine, tableName: string | undefined): Table {
  const table = engine.tables.get(tableName ?? '');
  if (table === undefined) throw exceptions.tableNotFound(tableName ?? '');
  return table;
}

/** A parameter that this engine would silently ignore is a mistake waiting. */
function refuseOthers(input: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(input)) {
    if (value !== undefined && !known.includes(name)) {
      throw new Error(`the simulation does not know the parameter ${name}`);
    }
  }
}

const chaosOf = (engine: Engine): DynamoChaos => engine.options.chaos ?? NO_CHAOS;

/** The instant whose visible state a read sees. */
const readInstant = (engine: Engine, isConsistent: boolean | undefined): number =>
  engine.options.now() - (isConsistent === true ? 0 : chaosOf(engine).readLagMs());

function readVisible(engine: Engine, table: Table, key: KeyText, atMs: number): Item | undefined {
  const item = table.visible(key, atMs);
  if (item !== table.committed(key)) engine.counters.halfVisibleReads += 1;
  return item;
}

const READ_PARAMETERS = [
  'TableName',
  'ConsistentRead',
  'ProjectionExpression',
  'ExpressionAttributeNames',
] as const;

function getItem(engine: Engine, input: GetItemCommandInput): object {
  refuseOthers(input, [...READ_PARAMETERS, 'Key']);
  const table = tableOf(engine, input.TableName);
  const placeholders = new Placeholders(input);
  const item = readVisible(engine, table, exactKeyOf(input.Key), readInstant(engine, input.ConsistentRead));
  const projected = project(input.ProjectionExpression, item ?? {}, placeholders);
  placeholders.assertAllUsed();
  return item === undefined ? {} : { Item: cloneItem(projected) };
}

function batchGetItem(engine: Engine, input: BatchGetItemCommandInput): object {
  refuseOthers(input, ['RequestItems']);
  const requests = Object.entries(input.RequestItems ?? {});
  const keyCount = requests.reduce((sum, [, { Keys }]) => sum + (Keys?.length ?? 0), 0);
  if (keyCount === 0 || keyCount > MAX_BATCH_GET_COUNT) {
    throw exceptions.validationFailed(`BatchGetItem takes 1 to ${MAX_BATCH_GET_COUNT} keys, not ${keyCount}`);
  }
  let open = keyCount - chaosOf(engine).unprocessedCount(keyCount);
  const responses: Record<string, Item[]> = {};
  const unprocessed: NonNullable<BatchGetItemCommandInput['RequestItems']> = {};
  for (const [tableName, request] of requests) {
    refuseOthers(request, [...READ_PARAMETERS, 'Keys']);
    const table = tableOf(engine, tableName);
    const placeholders = new Placeholders(request);
    const atMs = readInstant(engine, request.ConsistentRead);
    const keys = request.Keys ?? [];
    const texts = keys.map((key) => exactKeyOf(key));
    if (new Set(texts.map(({ pk, sk }) => `${pk}\0${sk}`)).size < keys.length) {
      throw exceptions.validationFailed('Provided list of item keys contains duplicates');
    }
    const taken = texts.splice(0, Math.max(0, open));
    open -= taken.length;
    responses[tableName] = taken.flatMap((key) => {
      const item = readVisible(engine, table, key, atMs);
      return item === undefined ? [] : [cloneItem(project(request.ProjectionExpression, item, placeholders))];
    });
    if (texts.length > 0) unprocessed[tableName] = { ...request, Keys: keys.slice(taken.length) };
  }
  return { Responses: responses, UnprocessedKeys: unprocessed };
}

function query(engine: Engine, input: QueryCommandInput): object {
  refuseOthers(input, [
    ...READ_PARAMETERS,
    'KeyConditionExpression',
    'ExpressionAttributeValues',
    'FilterExpression',
    'Limit',
    'ScanIndexForward',
    'ExclusiveStartKey',
    'IndexName',
  ]);
  const table = tableOf(engine, input.TableName);
  const atMs = readInstant(engine, input.ConsistentRead);
  if (input.IndexName !== undefined)
    return queryIndexPage(input, (attribute, value) => table.visibleWith(attribute, value, atMs));
  return queryPage(input, (pk) => {
    const items = table.visibleIn(pk, atMs);
    if (items.some((item) => item !== table.committed(keyOf(item)))) engine.counters.halfVisibleReads += 1;
    return items;
  });
}

interface PlannedWrite {
  readonly table: Table;
  readonly key: KeyText;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly isAllowed: boolean;
  readonly isCheckOnly: boolean;
  /** ReturnValuesOnConditionCheckFailure is ALL_OLD. */
  readonly tellsOldItem: boolean;
}

const WRITE_PARAMETERS = [
  'TableName',
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnValuesOnConditionCheckFailure',
] as const;

/** What one write would do to the committed state, without doing it. */
function planWrite(engine: Engine, write: TransactWriteItem): PlannedWrite {
  const input = write.Put ?? write.Update ?? write.Delete ?? write.ConditionCheck;
  if (input === undefined) throw exceptions.validationFailed('a transaction item without an operation');
  refuseOthers(input, [...WRITE_PARAMETERS, 'Item', 'Key', 'UpdateExpression']);
  const table = tableOf(engine, input.TableName);
  const placeholders = new Placeholders(input);
  const key =
    write.Put === undefined ? exactKeyOf('Key' in input ? input.Key : undefined) : keyOf(write.Put.Item);
  const before = table.committed(key);
  const isAllowed = isTrue(input.ConditionExpression, before, placeholders);
  const after = afterOf(write, before, placeholders);
  placeholders.assertAllUsed();
  if (after !== undefined && itemBytes(after) > MAX_ITEM_BYTES) {
    throw exceptions.validationFailed('Item size has exceeded the maximum allowed size');
  }
  const tellsOldItem = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  return {
    table,
    key,
    before,
    after,
    isAllowed,
    isCheckOnly: write.ConditionCheck !== undefined,
    tellsOldItem,
  };
}

function afterOf(
  write: TransactWriteItem,
  before: Item | undefined,
  placeholders: Placeholders,
): Item | undefined {
  if (write.Put?.Item !== undefined) return cloneItem(write.Put.Item);
  if (write.Delete !== undefined) return undefined;
  if (write.Update?.Key === undefined) return before;
  const base = before ?? write.Update.Key;
  const { UpdateExpression } = write.Update;
  return cloneItem(UpdateExpression === undefined ? base : applyUpdate(UpdateExpression, base, placeholders));
}

const putItem = (engine: Engine, { ReturnValues, ...input }: PutItemCommandInput) =>
  writeOne(engine, { Put: input }, ReturnValues);
const updateItem = (engine: Engine, { ReturnValues, ...input }: UpdateItemCommandInput) =>
  writeOne(engine, { Update: { UpdateExpression: undefined, ...input } }, ReturnValues);
const deleteItem = (engine: Engine, { ReturnValues, ...input }: DeleteItemCommandInput) =>
  writeOne(engine, { Delete: input }, ReturnValues);

function writeOne(engine: Engine, write: TransactWriteItem, returnValues: string | undefined): object {
  const planned = planWrite(engine, write);
  if (!planned.isAllowed) {
    const old = planned.tellsOldItem && planned.before !== undefined ? cloneItem(planned.before) : undefined;
    throw exceptions.conditionalCheckFailed(old);
  }
  const nowMs = engine.options.now();
  apply(engine, planned, nowMs);
  switch (returnValues) {
    case undefined:
    case 'NONE':
      return {};
    case 'ALL_OLD':
      return planned.before === undefined ? {} : { Attributes: cloneItem(planned.before) };
    case 'ALL_NEW':
      return planned.after === undefined ? {} : { Attributes: cloneItem(planned.after) };
    default:
      throw new Error(`the simulation does not know ReturnValues ${returnValues}`);
  }
}

function apply(engine: Engine, planned: PlannedWrite, visibleAtMs: number): void {
  if (planned.isCheckOnly) return;
  const change = planned.table.write(planned.key, planned.after, {
    nowMs: engine.options.now(),
    visibleAtMs,
  });
  if (change !== undefined) engine.options.onChange?.(change);
}

/**
 * Conditions of all items are judged on the committed state at one instant, and all or none take effect
 * then. What plain reads see follows item by item; the reply comes when all of it is visible.
 */
function transactWrite(engine: Engine, input: TransactWriteItemsCommandInput) {
  refuseOthers(input, ['TransactItems', 'ClientRequestToken']);
  const nowMs = engine.options.now();
  if (isRepeat(engine, input)) return { output: {}, settledAtMs: nowMs };
  const planned = (input.TransactItems ?? []).map((write) => planWrite(engine, write));
  assertWithinLimits(planned);
  const conflictIndex = chaosOf(engine).conflictAt(planned.length);
  if (conflictIndex !== undefined) engine.counters.conflictsInjected += 1;
  const reasons = planned.map((write, index) => reasonOf(write, index === conflictIndex));
  if (reasons.some(({ Code }) => Code !== 'None')) {
    engine.counters.cancelled += 1;
    throw exceptions.transactionCanceled(reasons);
  }
  remember(engine, input);
  engine.counters.transactions += 1;
  const delaysMs = chaosOf(engine).visibilityDelaysMs(planned.length);
  planned.forEach((write, index) => {
    apply(engine, write, nowMs + (delaysMs[index] ?? 0));
  });
  return { output: {}, settledAtMs: nowMs + Math.max(0, ...delaysMs) };
}

function assertWithinLimits(planned: readonly PlannedWrite[]): void {
  if (planned.length === 0 || planned.length > MAX_TRANSACTION_ITEM_COUNT) {
    throw exceptions.validationFailed(`a transaction has 1 to 100 items, not ${planned.length}`);
  }
  const names = planned.map(({ table, key }) => `${table.name}\0${key.pk}\0${key.sk}`);
  if (new Set(names).size < names.length) {
    throw exceptions.validationFailed('Transaction request cannot include multiple operations on one item');
  }
  const bytes = planned.reduce((sum, { before, after }) => sum + itemBytes(after ?? before ?? {}), 0);
  if (bytes > MAX_TRANSACTION_BYTES) throw exceptions.validationFailed('the transaction is above 4 MB');
}

function reasonOf(write: PlannedWrite, isHeld: boolean): CancellationReason {
  if (isHeld) return { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' };
  if (write.isAllowed) return { Code: 'None' };
  const Message = 'The conditional request failed';
  return write.tellsOldItem && write.before !== undefined
    ? { Code: 'ConditionalCheckFailed', Message, Item: cloneItem(write.before) }
    : { Code: 'ConditionalCheckFailed', Message };
}

/** The same client token within ten minutes: already done, when it is the same transaction. */
function isRepeat(engine: Engine, input: TransactWriteItemsCommandInput): boolean {
  const known = engine.tokens.get(input.ClientRequestToken ?? '');
  if (known === undefined || known.atMs < engine.options.now() - TOKEN_LIFE_MS) return false;
  if (known.digest !== digestOf(input)) throw exceptions.tokenMismatch();
  return true;
}

function remember(engine: Engine, input: TransactWriteItemsCommandInput): void {
  if (input.ClientRequestToken === undefined) return;
  engine.tokens.set(input.ClientRequestToken, { digest: digestOf(input), atMs: engine.options.now() });
}

const digestOf = (input: TransactWriteItemsCommandInput): string =>
  createHash('sha256').update(JSON.stringify(input.TransactItems)).digest('base64');
