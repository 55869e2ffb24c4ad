import {
  type AttributeValue,
  BatchGetItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { B, BOOL, type Item, N, S } from '../../lib/adapters/dynamo/dynamo.ts';
import type { Storage } from './store-fixtures.ts';

const ITEM_COUNT = 25;

/**
 * What the stores rely on of DynamoDB, command by command: the list at the head of
 * lib/adapters/dynamo/dynamo.ts and the behaviour that the developer guide promises for it. Every engine
 * that stands in for DynamoDB, the simulated one included, passes it.
 */
export function dynamoEngineContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`DynamoDB as ${name}`, () => {
    let storage: Storage;
    let table: string;
    beforeAll(async () => {
      storage = await openStorage();
      table = storage.tables.core;
    });
    afterAll(() => storage?.stop());

    let partitionCount = 0;
    const newPartition = () => {
      partitionCount += 1;
      return `engine-${partitionCount}`;
    };
    const keyOf = (pk: string, sk = 'a'): Item => ({ pk: S(pk), sk: S(sk) });
    const put = (item: Item) => storage.dynamo.send(new PutItemCommand({ TableName: table, Item: item }));
    const get = async (key: Item) =>
      (await storage.dynamo.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true })))
        .Item;
    const update = (input: Omit<UpdateItemCommandInput, 'TableName'>) =>
      storage.dynamo.send(new UpdateItemCommand({ TableName: table, ...input }));
    const query = (input: Omit<QueryCommandInput, 'TableName'>) =>
      storage.dynamo.send(new QueryCommand({ TableName: table, ConsistentRead: true, ...input }));
    const transact = (items: readonly TransactWriteItem[], token?: string) =>
      storage.dynamo.send(
        new TransactWriteItemsCommand({
          TransactItems: [...items],
          ...(token === undefined ? {} : { ClientRequestToken: token }),
        }),
      );

    describe('items', () => {
      test('every kind of value that the stores use comes back as it was', async () => {
        const item: Item = {
          ...keyOf(newPartition()),
          text: S('Grüße 心拍 🫀'),
          empty: S(''),
          whole: N(1_795_262_400_000),
          negative: N(-12.5),
          large: { N: '99999999999999999999999999999999999999' },
          bytes: B(Uint8Array.from({ length: 256 }, (_, index) => index)),
          yes: BOOL(true),
          no: BOOL(false),
          list: { L: [S('a'), N(1)] },
          map: { M: { inner: S('b') } },
        };
        await put(item);
        expect(plainOf(await get(keyOf(item['pk']?.S ?? '')))).toEqual(plainOf(item));
      });

      test('an item that is not there is undefined, a put replaces the whole item, a delete removes it', async () => {
        const key = keyOf(newPartition());
        expect(await get(key)).toBeUndefined();
        await put({ ...key, old: S('x') });
        await put({ ...key, fresh: S('y') });
        expect(await get(key)).toEqual({ ...key, fresh: S('y') });
        for (let repeat = 0; repeat < 2; repeat += 1) {
          await storage.dynamo.send(new DeleteItemCommand({ TableName: table, Key: key }));
          expect(await get(key)).toBeUndefined();
        }
      });

      test('an item above 400 KB is refused', async () => {
        const item = { ...keyOf(newPartition()), bytes: B(new Uint8Array(410_000)) };
        await expect(put(item)).rejects.toMatchObject({ name: 'ValidationException' });
      });

      test('a get with a projection brings the named attributes alone', async () => {
        const key = keyOf(newPartition());
        await put({ ...key, one: N(1), two: N(2), ttl: N(3) });
        const reply = await storage.dynamo.send(
          new GetItemCommand({
            TableName: table,
            Key: key,
            ProjectionExpression: 'one, #ttl, lacking',
            ExpressionAttributeNames: { '#ttl': 'ttl' },
          }),
        );
        expect(reply.Item).toEqual({ one: N(1), ttl: N(3) });
      });
    });

    describe('conditions', () => {
      const stored = {
        v: N(5),
        st: S('running'),
        nx: N(3),
        bin: B(new Uint8Array([2, 1])),
        flag: BOOL(true),
      };
      const values: Item = {
        ':four': N(4),
        ':five': N(5),
        ':nine': N(9),
        ':run': S('run'),
        ':state': S('running'),
        ':text5': S('5'),
        ':bin': B(new Uint8Array([2, 0])),
        ':true': BOOL(true),
      };
      const used = (expression: string) =>
        Object.fromEntries(
          Object.entries(values).filter(([key]) => new RegExp(`${key}\\b`).test(expression)),
        );
      const check = async (condition: string, key: Item) => {
        const expressionValues = used(condition);
        try {
          await storage.dynamo.send(
            new UpdateItemCommand({
              TableName: table,
              Key: key,
              UpdateExpression: 'SET touched = :touched',
              ConditionExpression: condition,
              ExpressionAttributeNames: condition.includes('#v') ? { '#v': 'v' } : undefined,
              ExpressionAttributeValues: { ...expressionValues, ':touched': N(1) },
            }),
          );
          return true;
        } catch (error) {
          if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
          throw error;
        }
      };

      test.each([
        ['v = :five', true],
        ['v = :four', false],
        ['v = :text5', false],
        ['v <> :four', true],
        ['v <> :five', false],
        ['v < :nine', true],
        ['v < :five', false],
        ['v <= :five', true],
        ['v > :four', true],
        ['v > :five', false],
        ['v >= :five', true],
        ['#v >= :nine', false],
        ['bin > :bin', true],
        ['flag = :true', true],
        ['st = :state AND nx < :four', true],
        ['st = :state AND nx = :four', false],
        ['st = :run OR v = :five', true],
        ['NOT v = :five', false],
        ['NOT v = :four', true],
        ['v BETWEEN :four AND :nine', true],
        ['v BETWEEN :five AND :five', true],
        ['nx BETWEEN :four AND :nine', false],
        ['begins_with(st, :run)', true],
        ['begins_with(st, :text5)', false],
        ['attribute_exists(pk)', true],
        ['attribute_exists(lacking)', false],
        ['attribute_not_exists(lacking)', true],
        ['attribute_not_exists(pk)', false],
        ['lacking = :five', false],
        ['lacking <> :five', true],
        ['lacking < :five', false],
        ['attribute_not_exists(pk) OR v < :nine AND st = :run', false],
        ['(attribute_not_exists(pk) OR v < :nine) AND st = :state', true],
        ['NOT (v = :four OR st = :run)', true],
      ])('`%s` on a stored item is %s', async (condition, expected) => {
        const key = keyOf(newPartition());
        await put({ ...key, ...stored });
        expect(await check(condition, key)).toBe(expected);
        expect((await get(key))?.['touched']).toEqual(expected ? N(1) : undefined);
      });

      test.each([
        ['attribute_not_exists(pk)', true],
        ['attribute_exists(pk)', false],
        ['v = :five', false],
        ['attribute_not_exists(pk) OR v < :nine', true],
      ])('`%s` on no item is %s', async (condition, expected) => {
        expect(await check(condition, keyOf(newPartition()))).toBe(expected);
      });

      test('a failed condition of put and delete writes nothing, and ALL_OLD brings the item', async () => {
        const key = keyOf(newPartition());
        const item = { ...key, v: N(5) };
        await put(item);
        const condition = {
          TableName: table,
          ConditionExpression: 'v = :v',
          ExpressionAttributeValues: { ':v': N(4) },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
        };
        const expected = { name: 'ConditionalCheckFailedException', Item: item };
        await expect(
          storage.dynamo.send(new PutItemCommand({ ...condition, Item: { ...key, v: N(6) } })),
        ).rejects.toMatchObject(expected);
        await expect(
          storage.dynamo.send(new DeleteItemCommand({ ...condition, Key: key })),
        ).rejects.toMatchObject(expected);
        await expect(
          storage.dynamo.send(
            new UpdateItemCommand({ ...condition, Key: key, UpdateExpression: 'REMOVE v' }),
          ),
        ).rejects.toMatchObject(expected);
        expect(await get(key)).toEqual(item);
      });

      test('without ALL_OLD, or without an item, a failed condition brings none', async () => {
        const key = keyOf(newPartition());
        const attempt = (values: object) =>
          update({
            Key: key,
            UpdateExpression: 'REMOVE x',
            ConditionExpression: 'attribute_exists(x)',
            ...values,
          }).catch((error: { Item?: Item }) => error.Item);
        expect(await attempt({ ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })).toBeUndefined();
        await put({ ...key, y: N(1) });
        expect(await attempt({})).toBeUndefined();
      });
    });

    describe('updates', () => {
      test('SET, arithmetic, if_not_exists, ADD and REMOVE in one expression', async () => {
        const key = keyOf(newPartition());
        await put({ ...key, count: N(2), gone: S('x'), kept: S('k'), tally: N(10) });
        await update({
          Key: key,
          UpdateExpression:
            'SET #n = #n + :one, fresh = :fresh, kept = if_not_exists(kept, :fresh), made = if_not_exists(made, :zero) + :one ' +
            'REMOVE gone, lacking ADD tally :one, born :one',
          ExpressionAttributeNames: { '#n': 'count' },
          ExpressionAttributeValues: { ':one': N(1), ':zero': N(0), ':fresh': S('f') },
        });
        expect(await get(key)).toEqual({
          ...key,
          count: N(3),
          fresh: S('f'),
          kept: S('k'),
          made: N(1),
          tally: N(11),
          born: N(1),
        });
      });

      test('an update of no item makes it', async () => {
        const key = keyOf(newPartition());
        await update({
          Key: key,
          UpdateExpression: 'SET x = :x',
          ExpressionAttributeValues: { ':x': N(1) },
        });
        expect(await get(key)).toEqual({ ...key, x: N(1) });
      });

      test('twenty additions at once all count', async () => {
        const key = keyOf(newPartition());
        await Promise.all(
          Array.from({ length: 20 }, () =>
            update({
              Key: key,
              UpdateExpression: 'ADD tally :one',
              ExpressionAttributeValues: { ':one': N(1) },
            }),
          ),
        );
        expect(await get(key)).toEqual({ ...key, tally: N(20) });
      });

      test('ReturnValues ALL_NEW and ALL_OLD show the item after and before', async () => {
        const key = keyOf(newPartition());
        await put({ ...key, x: N(1) });
        const set = { Key: key, UpdateExpression: 'SET x = :x', ExpressionAttributeValues: { ':x': N(2) } };
        expect((await update({ ...set, ReturnValues: 'ALL_NEW' })).Attributes).toEqual({ ...key, x: N(2) });
        expect((await update({ ...set, ReturnValues: 'ALL_OLD' })).Attributes).toEqual({ ...key, x: N(2) });
      });

      test('an update of a key attribute is refused', async () => {
        const key = keyOf(newPartition());
        const moving = { UpdateExpression: 'SET sk = :x', ExpressionAttributeValues: { ':x': S('b') } };
        await expect(update({ Key: key, ...moving })).rejects.toMatchObject({ name: 'ValidationException' });
        expect(await get(key)).toBeUndefined();
      });

      test('a value that no expression uses is refused', async () => {
        const key = keyOf(newPartition());
        const values = { ':x': N(1), ':unused': N(2) };
        await expect(
          update({ Key: key, UpdateExpression: 'SET x = :x', ExpressionAttributeValues: values }),
        ).rejects.toMatchObject({ name: 'ValidationException' });
      });
    });

    describe('queries', () => {
      let pk: string;
      const sks = Array.from({ length: ITEM_COUNT }, (_, index) => `k#${String(index).padStart(2, '0')}`);
      beforeAll(async () => {
        pk = newPartition();
        for (const sk of [...sks].reverse()) await put({ ...keyOf(pk, sk), n: N(sks.indexOf(sk)) });
        await put({ ...keyOf(pk, 'HEAD') });
        await put({ ...keyOf(`${pk}0`, 'k#00') });
      });
      const sksOf = (reply: { Items?: Item[] | undefined }) => (reply.Items ?? []).map(({ sk }) => sk?.S);
      const byPk = (more = '', values: Item = {}) => ({
        KeyConditionExpression: `pk = :pk${more}`,
        ExpressionAttributeValues: { ':pk': S(pk), ...values },
      });

      test('a partition comes in the byte order of its sort keys, forward and back', async () => {
        expect(sksOf(await query(byPk()))).toEqual(['HEAD', ...sks]);
        expect(sksOf(await query({ ...byPk(), ScanIndexForward: false }))).toEqual(
          ['HEAD', ...sks].reverse(),
        );
      });

      test.each([
        ['BETWEEN', ' AND sk BETWEEN :a AND :b', { ':a': S('k#03'), ':b': S('k#06') }, 3, 7],
        ['begins_with', ' AND begins_with(sk, :a)', { ':a': S('k#1') }, 10, 20],
        ['=', ' AND sk = :a', { ':a': S('k#05') }, 5, 6],
        ['<', ' AND sk > :a', { ':a': S('k#20') }, 21, 25],
        ['>=', ' AND sk >= :a', { ':a': S('k#20') }, 20, 25],
      ])('a range by %s', async (_, more, values, from, to) => {
        expect(sksOf(await query(byPk(more, values)))).toEqual(sks.slice(from, to));
      });

      test('less than, and less or equal, take what lies before', async () => {
        expect(sksOf(await query(byPk(' AND sk < :a', { ':a': S('k#01') })))).toEqual(['HEAD', 'k#00']);
        expect(sksOf(await query(byPk(' AND sk <= :a', { ':a': S('k#00') })))).toEqual(['HEAD', 'k#00']);
      });

      test.each([true, false])(
        'pages follow each other without a gap or a repeat, forward: %s',
        async (forward) => {
          const seen: (string | undefined)[] = [];
          let start: Item | undefined;
          let pages = 0;
          do {
            const reply = await query({
              ...byPk(' AND begins_with(sk, :a)', { ':a': S('k#') }),
              Limit: 4,
              ScanIndexForward: forward,
              ...(start === undefined ? {} : { ExclusiveStartKey: start }),
            });
            expect(reply.Items?.length ?? 0).toBeLessThanOrEqual(4);
            seen.push(...sksOf(reply));
            start = reply.LastEvaluatedKey;
            pages += 1;
          } while (start !== undefined);
          expect(seen).toEqual(forward ? sks : [...sks].reverse());
          expect(pages).toBe(7);
        },
      );

      test('a start key need not exist', async () => {
        const reply = await query({
          ...byPk(' AND begins_with(sk, :a)', { ':a': S('k#') }),
          ExclusiveStartKey: keyOf(pk, 'k#22x'),
        });
        expect(sksOf(reply)).toEqual(['k#23', 'k#24']);
      });

      test('a projection names what comes, and an empty partition is an empty page', async () => {
        const one = await query({ ...byPk(' AND sk = :a', { ':a': S('k#02') }), ProjectionExpression: 'n' });
        expect(one.Items).toEqual([{ n: N(2) }]);
        const none = await query({
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :a AND :b',
          ExpressionAttributeValues: { ':pk': S(newPartition()), ':a': S('a'), ':b': S('b') },
        });
        expect([none.Items, none.LastEvaluatedKey]).toEqual([[], undefined]);
      });

      test('a page ends at 1 MB, and goes on', async () => {
        const large = newPartition();
        for (let index = 0; index < 4; index += 1) {
          await put({ ...keyOf(large, `k${index}`), bytes: B(new Uint8Array(380_000)) });
        }
        const all = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': S(large) } };
        const first = await query(all);
        expect(first.Items?.length).toBeLessThan(4);
        const rest = await query({ ...all, ExclusiveStartKey: first.LastEvaluatedKey });
        expect([...sksOf(first), ...sksOf(rest)]).toEqual(['k0', 'k1', 'k2', 'k3']);
      });
    });

    describe('the index of what is due', () => {
      const dueItem = (pk: string, shard: string, due: string): Item => ({
        ...keyOf(pk),
        gsi1pk: S(shard),
        gsi1sk: S(due),
        more: S('not in the index'),
      });
      const due = (shard: string, until: string, more: Partial<QueryCommandInput> = {}) =>
        storage.dynamo.send(
          new QueryCommand({
            TableName: table,
            IndexName: 'due',
            KeyConditionExpression: 'gsi1pk = :shard AND gsi1sk <= :until',
            ExpressionAttributeValues: { ':shard': S(shard), ':until': S(until) },
            ...more,
          }),
        );

      test('holds the keys of items that have both of its attributes, in the order of its sort key', async () => {
        const [shard, pks] = [newPartition(), [newPartition(), newPartition(), newPartition()]];
        await put(dueItem(pks[0] ?? '', shard, '2'));
        await put(dueItem(pks[1] ?? '', shard, '1'));
        await put({ ...keyOf(pks[2] ?? ''), gsi1pk: S(shard) });
        const reply = await due(shard, '9');
        expect(reply.Items?.map(({ pk }) => pk?.S)).toEqual([pks[1], pks[0]]);
        expect(Object.keys(reply.Items?.[0] ?? {}).toSorted()).toEqual(['gsi1pk', 'gsi1sk', 'pk', 'sk']);
        expect((await due(shard, '1')).Items?.map(({ pk }) => pk?.S)).toEqual([pks[1]]);
      });

      test('pages follow each other, also where the sort keys are equal', async () => {
        const shard = newPartition();
        const pks = Array.from({ length: 5 }, newPartition);
        for (const pk of pks) await put(dueItem(pk, shard, 'same'));
        const seen: (string | undefined)[] = [];
        let start: Item | undefined;
        do {
          const reply = await due(shard, '~', { Limit: 2, ...(start ? { ExclusiveStartKey: start } : {}) });
          seen.push(...(reply.Items ?? []).map(({ pk }) => pk?.S));
          start = reply.LastEvaluatedKey;
        } while (start !== undefined);
        expect(seen.toSorted()).toEqual(pks.toSorted());
      });

      test('an item that loses an attribute of the index leaves it', async () => {
        const [shard, pk] = [newPartition(), newPartition()];
        await put(dueItem(pk, shard, '1'));
        await update({ Key: keyOf(pk), UpdateExpression: 'REMOVE gsi1pk, gsi1sk' });
        expect((await due(shard, '9')).Items).toEqual([]);
      });

      test('knows no consistent reads', async () => {
        await expect(due(newPartition(), '9', { ConsistentRead: true })).rejects.toMatchObject({
          name: 'ValidationException',
        });
      });
    });

    describe('batches', () => {
      test('of the keys asked for in two tables, those that exist come, and no others', async () => {
        const pk = newPartition();
        await put({ ...keyOf(pk, 'a'), v: N(1) });
        await storage.dynamo.send(
          new PutItemCommand({ TableName: storage.tables.samples, Item: { ...keyOf(pk, 'b'), v: N(2) } }),
        );
        const reply = await storage.dynamo.send(
          new BatchGetItemCommand({
            RequestItems: {
              [table]: { Keys: [keyOf(pk, 'a'), keyOf(pk, 'lacking')], ConsistentRead: true },
              [storage.tables.samples]: { Keys: [keyOf(pk, 'b')], ConsistentRead: true },
            },
          }),
        );
        expect(reply.Responses?.[table]).toEqual([{ ...keyOf(pk, 'a'), v: N(1) }]);
        expect(reply.Responses?.[storage.tables.samples]).toEqual([{ ...keyOf(pk, 'b'), v: N(2) }]);
        expect(Object.keys(reply.UnprocessedKeys ?? {})).toEqual([]);
      });

      test.each([
        ['101 keys', Array.from({ length: 101 }, (_, index) => `k${index}`)],
        ['a key twice', ['a', 'a']],
      ])('%s in one batch are refused', async (_, keys) => {
        const Keys = keys.map((sk) => keyOf('batch', sk));
        await expect(
          storage.dynamo.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys } } })),
        ).rejects.toMatchObject({ name: 'ValidationException' });
      });
    });

    describe('transactions', () => {
      const putOf = (item: Item, condition: object = {}): TransactWriteItem => ({
        Put: { TableName: table, Item: item, ...condition },
      });
      const absent = { ConditionExpression: 'attribute_not_exists(pk)' };

      test('puts, updates, deletes and checks in two tables are committed together', async () => {
        const pk = newPartition();
        await put({ ...keyOf(pk, 'update'), x: N(1) });
        await put(keyOf(pk, 'delete'));
        await transact([
          putOf({ ...keyOf(pk, 'put'), x: N(9) }, absent),
          {
            Update: {
              TableName: table,
              Key: keyOf(pk, 'update'),
              UpdateExpression: 'SET x = x + :one',
              ConditionExpression: 'x = :one',
              ExpressionAttributeValues: { ':one': N(1) },
            },
          },
          { Delete: { TableName: table, Key: keyOf(pk, 'delete') } },
          {
            ConditionCheck: {
              TableName: storage.tables.samples,
              Key: keyOf(pk, 'check'),
              ConditionExpression: 'attribute_not_exists(pk)',
            },
          },
        ]);
        expect(await get(keyOf(pk, 'put'))).toEqual({ ...keyOf(pk, 'put'), x: N(9) });
        expect(await get(keyOf(pk, 'update'))).toEqual({ ...keyOf(pk, 'update'), x: N(2) });
        expect(await get(keyOf(pk, 'delete'))).toBeUndefined();
      });

      test('one failed condition cancels all, with a reason for each item in order', async () => {
        const pk = newPartition();
        const old = { ...keyOf(pk, 'b'), seq: N(7) };
        await put(old);
        const failure = await transact([
          putOf(keyOf(pk, 'a'), absent),
          putOf(keyOf(pk, 'b'), { ...absent, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
          putOf(keyOf(pk, 'b2'), { ConditionExpression: 'attribute_exists(pk)' }),
          {
            ConditionCheck: {
              TableName: table,
              Key: keyOf(pk, 'c'),
              ConditionExpression: 'attribute_exists(pk)',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
        ]).catch((error: unknown) => error);
        expect(failure).toMatchObject({ name: 'TransactionCanceledException' });
        const reasons = reasonsOf(failure);
        expect(reasons.map(({ Code }) => Code)).toEqual([
          'None',
          'ConditionalCheckFailed',
          'ConditionalCheckFailed',
          'ConditionalCheckFailed',
        ]);
        expect(reasons.map(({ Item }) => Item)).toEqual([undefined, old, undefined, undefined]);
        expect(await get(keyOf(pk, 'a'))).toBeUndefined();
        expect(await get(keyOf(pk, 'b'))).toEqual(old);
      });

      test('the same request with the same token is done once, and succeeds again', async () => {
        const key = keyOf(newPartition());
        const add: TransactWriteItem = {
          Update: {
            TableName: table,
            Key: key,
            UpdateExpression: 'ADD tally :one',
            ExpressionAttributeValues: { ':one': N(1) },
          },
        };
        const token = `token-${key['pk']?.S}`;
        await transact([add], token);
        await transact([add], token);
        expect(await get(key)).toEqual({ ...key, tally: N(1) });
      });

      test('another request with the same token is refused', async () => {
        const pk = newPartition();
        await transact([putOf(keyOf(pk, 'a'))], `mismatch-${pk}`);
        await expect(transact([putOf(keyOf(pk, 'b'))], `mismatch-${pk}`)).rejects.toMatchObject({
          name: 'IdempotentParameterMismatchException',
        });
        expect(await get(keyOf(pk, 'b'))).toBeUndefined();
      });

      test('one item named twice, and 101 items, are refused', async () => {
        const pk = newPartition();
        const refused = { name: 'ValidationException' };
        await expect(transact([putOf(keyOf(pk)), putOf(keyOf(pk))])).rejects.toMatchObject(refused);
        const many = Array.from({ length: 101 }, (_, index) => putOf(keyOf(pk, `k${index}`)));
        await expect(transact(many)).rejects.toMatchObject(refused);
      });

      test('a hundred items are taken, above 4 MB together they are refused', async () => {
        const pk = newPartition();
        const items = (sizeBytes: number) =>
          Array.from({ length: 100 }, (_, index) =>
            putOf({ ...keyOf(pk, `k${index}`), bytes: B(new Uint8Array(sizeBytes)) }),
          );
        await expect(transact(items(50_000))).rejects.toMatchObject({ name: 'ValidationException' });
        expect(await get(keyOf(pk, 'k0'))).toBeUndefined();
        await transact(items(100));
        expect(await get(keyOf(pk, 'k99'))).toBeDefined();
      });

      test('of ten transactions that claim one item at once, one commits', async () => {
        const pk = newPartition();
        const attempts = await Promise.allSettled(
          Array.from({ length: 10 }, (_, writer) =>
            transact([
              putOf({ ...keyOf(pk, 'claim'), writer: N(writer) }, absent),
              putOf(keyOf(pk, `w${writer}`)),
            ]),
          ),
        );
        expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        const winner = attempts.findIndex(({ status }) => status === 'fulfilled');
        expect((await get(keyOf(pk, 'claim')))?.['writer']).toEqual(N(winner));
        const written = await query({
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': S(pk) },
        });
        expect(written.Items).toHaveLength(2);
      });
    });
  });
}

const reasonsOf = (error: unknown): readonly { readonly Code?: string; readonly Item?: Item }[] =>
  error instanceof Error && 'CancellationReasons' in error && Array.isArray(error.CancellationReasons)
    ? error.CancellationReasons
    : [];

/** Bytes as numbers, so that a Buffer and an Uint8Array of the same content are equal. */
const plainOf = (item: Record<string, AttributeValue> | undefined): unknown =>
  JSON.parse(
    JSON.stringify(item, (_, value: unknown) => (value instanceof Uint8Array ? Array.from(value) : value)),
  );
