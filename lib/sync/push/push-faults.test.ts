import { expect, test } from 'vitest';
import type { PushChange, PushRequest } from '../../../contracts/http/sync.ts';
import type { RequestId } from '../../../contracts/primitives/ids.ts';
import { losingReplies, seededRandomness } from '../../../test/contract-suites/store-fixtures.ts';
import { type DeviceServer, hlcAt, openDeviceServer, uuid } from '../../../test/support/device-server.ts';
import type { Dynamo } from '../../adapters/dynamo/dynamo.ts';
import { MINUTE_MS } from '../../core/instants.ts';
import { writeRows } from './write-rows.ts';

let count = 0;
const change = (entityType: string, id: string, parts: Partial<PushChange> = {}): PushChange => {
  count += 1;
  const requestId = `r-${count}` as RequestId;
  return { requestId, entityType, id, op: 'create', hlc: hlcAt(count), ...parts };
};
const journal = (number: number) =>
  change('journal_entries', uuid(number), { data: { title: `t${number}` } });
const take = (amount: number, parts: Partial<PushChange> = {}) =>
  change('inventory_items', uuid(2), {
    op: 'update',
    data: { quantityRemaining: { delta: -amount } },
    ...parts,
  });

/** A product with an item of 100 and a session. */
async function openStocked(): Promise<DeviceServer> {
  count = 0;
  const server = await openDeviceServer();
  await server.push({
    operationId: 'stock' as RequestId,
    changes: [
      change('products', uuid(1), { data: { name: 'P' } }),
      change('inventory_items', uuid(2), { data: { productId: uuid(1), quantityRemaining: 100 } }),
      change('sessions', uuid(3), { data: { startedAt: '2026-11-21T12:00:00.000Z', notes: 'a' } }),
    ],
  });
  return server;
}
const remaining = async (server: DeviceServer) =>
  (await server.row('inventory_items', uuid(2)))?.state.data['quantityRemaining'];

type Send = (...parameters: Parameters<Dynamo['send']>) => Promise<unknown>;
const through = (send: Send): Dynamo => ({ send: send as Dynamo['send'] });
const isTransaction = (command: Parameters<Dynamo['send']>[0]) =>
  command.constructor.name === 'TransactWriteItemsCommand';

/** Never answers call `atCall`, done or not; `died` resolves there. */
function killedAt(dynamo: Dynamo, atCall: number, isDoneFirst: boolean) {
  let calls = 0;
  let die: () => void = () => undefined;
  const died = new Promise<'died'>((resolve) => {
    die = () => resolve('died');
  });
  const send: Send = async (...parameters) => {
    calls += 1;
    if (calls < atCall) return dynamo.send(...parameters);
    if (calls === atCall && isDoneFirst) await dynamo.send(...parameters);
    die();
    return new Promise(() => undefined);
  };
  return { dynamo: through(send), died };
}

/** Two chunks: what counts, what conflicts, what is refused, what takes others with it. */
const mixed = (): Partial<PushRequest> => {
  count = 100;
  return {
    operationId: 'mixed' as RequestId,
    changes: [
      take(30),
      change('sessions', uuid(3), {
        op: 'update',
        baseVersion: 1,
        data: { notes: 'b' },
        hlc: hlcAt(500, 'tablet'),
      }),
      change('dragons', uuid(9)),
      change('consumptions', uuid(4), {
        data: { consumedAt: '2026-11-21T12:00:00.000Z', sessionId: uuid(3) },
      }),
      ...Array.from({ length: 120 }, (_, at) => journal(at + 10)),
      take(5),
      change('consumptions', uuid(4), { op: 'delete', baseVersion: 1 }),
    ],
  };
};
const withoutIds = (body: string) => body.replaceAll(/"conflictId":"[^"]+"/g, '');

test('SYN5 a push that is killed at any call of the store is done once when it is repeated', async () => {
  const calm = await openStocked();
  await calm.push({
    changes: [
      change('sessions', uuid(3), { op: 'update', data: { notes: 'x' }, baseVersion: 1, hlc: hlcAt(50) }),
    ],
  });
  const expected = await calm.push(mixed());
  const rowsOf = async (server: DeviceServer) =>
    (
      await server.store.loadRows(
        server.scope,
        Array.from({ length: 200 }, (_, at) => at).flatMap((at) =>
          ['journal_entries', 'sessions', 'inventory_items', 'consumptions'].map((type) => ({
            type,
            id: uuid(at),
          })),
        ),
      )
    )
      .map(({ type, id, state: { version, data } }) => `${type} ${id} ${version} ${JSON.stringify(data)}`)
      .sort();
  const calmRows = await rowsOf(calm);
  const { head: calmHead } = { head: await calm.head() };
  expect(expected.answer).toMatchObject({
    conflicts: [{ outcome: 'merged' }],
    failed: [{ requestId: 'r-103' }],
  });
  let isKilled = true;
  for (let atCall = 1; isKilled; atCall += 1) {
    for (const isDoneFirst of [false, true]) {
      const server = await openStocked();
      await server.push({
        changes: [
          change('sessions', uuid(3), { op: 'update', data: { notes: 'x' }, baseVersion: 1, hlc: hlcAt(50) }),
        ],
      });
      const { dynamo, died } = killedAt(server.storage.dynamo, atCall, isDoneFirst);
      const end = await Promise.race([server.push(mixed(), server.over(dynamo, seededRandomness(77))), died]);
      isKilled = end === 'died';
      server.clock.advance(MINUTE_MS);
      const first = await server.push(mixed());
      expect(withoutIds(first.body).replaceAll(/"updatedAt":"[^"]+"/g, '')).toBe(
        withoutIds(expected.body).replaceAll(/"updatedAt":"[^"]+"/g, ''),
      );
      expect((await server.push(mixed())).body).toBe(first.body);
      expect(await rowsOf(server)).toEqual(calmRows);
      const head = await server.head();
      expect({ ...head, epoch: '' }).toEqual({ ...calmHead, epoch: '' });
      expect(await remaining(server)).toBe(65);
    }
  }
});

test('SYN5 trap 4: writers at the same time lose nothing, and their conflicts are judged in the transaction', async () => {
  const server = await openStocked();
  const pushers = [0, 1, 2, 3].map((at) => server.over(server.storage.dynamo, seededRandomness(at + 20)));
  await Promise.all(
    pushers.flatMap((deps, at) =>
      [1, 2, 3].map((turn) =>
        server.push(
          {
            deviceId: `d${at}`,
            operationId: `op-${at}-${turn}` as RequestId,
            changes: [
              { ...take(at + 1), hlc: hlcAt(turn, `d${at}`) },
              change('sessions', uuid(3), {
                op: 'update',
                baseVersion: 1,
                data: { notes: `${at}-${turn}` },
                hlc: hlcAt(100 + turn, `d${at}`),
              }),
            ],
          },
          deps,
        ),
      ),
    ),
  );
  expect(await remaining(server)).toBe(100 - 3 * (1 + 2 + 3 + 4));
  expect((await server.row('sessions', uuid(3)))?.state.data['notes']).toBe('3-3');
  const conflicts = await server.store.listConflicts(server.scope, {
    status: 'all',
    limit: 50,
    before: undefined,
  });
  const entries = await server.store.readEntries(server.scope, 0, 100);
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at + 1));
  expect(conflicts.length).toBeGreaterThanOrEqual(9);
});

test('SYN5 a commit whose reply is lost counts once: with a ledger, and by its log entry without', async () => {
  const server = await openStocked();
  await expect(
    server.push(
      { operationId: 'lost' as RequestId, changes: [take(10)] },
      server.over(losingReplies(server.storage.dynamo, 3), seededRandomness(8)),
    ),
  ).rejects.toMatchObject({ code: 'server.unavailable' });
  const twice = server.over(
    through(async (...parameters) => {
      if (isTransaction(parameters[0]))
        await Promise.resolve(server.storage.dynamo.send(...parameters)).catch(() => undefined);
      return server.storage.dynamo.send(...parameters);
    }),
    seededRandomness(9),
  );
  await server.push({ operationId: 'lost' as RequestId, changes: [take(10)] }, twice);
  const written = await writeRows(twice, server.scope, {
    changes: [{ ...take(10), hlc: hlcAt(70, 'door') }],
    originDeviceId: null,
    correlationId: 'c',
  });
  expect(written.result?.outcomes).toMatchObject([{ version: 3 }]);
  expect(await remaining(server)).toBe(80);
});

test('SYN5 where others keep writing it is 503, and a repeat goes on behind the last chunk', async () => {
  const server = await openStocked();
  const changes = [take(10), ...Array.from({ length: 120 }, (_, at) => journal(at + 10))];
  const operationId = 'busy' as RequestId;
  let transactions = 0;
  const busy = server.over(
    through(async (...parameters) => {
      if (isTransaction(parameters[0])) {
        transactions += 1;
        // After the first chunk, up to where it gives up and ends its lease.
        if (transactions > 1 && transactions <= 18) {
          const CancellationReasons = [{ Code: 'TransactionConflict' }];
          throw Object.assign(new Error('busy'), {
            name: 'TransactionCanceledException',
            CancellationReasons,
          });
        }
      }
      return server.storage.dynamo.send(...parameters);
    }),
    seededRandomness(11),
  );
  await expect(server.push({ operationId, changes }, busy)).rejects.toMatchObject({
    code: 'sync.contention',
    retryAfterSec: 1,
  });
  expect((await server.head()).seq).toBe(2);
  const { answer } = await server.push({ operationId, changes });
  expect([answer.seq, answer.successful.length]).toEqual([3, 121]);
  expect(await remaining(server)).toBe(90);
});

test('SYN30 a push at the time of an erasure leaves nothing that stays', async () => {
  const server = await openStocked();
  const changes = Array.from({ length: 300 }, (_, at) => journal(at + 10));
  let transactions = 0;
  const erased = server.over(
    through(async (...parameters) => {
      if (isTransaction(parameters[0])) transactions += 1;
      if (transactions === 2) {
        transactions += 1;
        await server.stores.eraseUser(server.scope);
        await server.stores.removeCoreItem(server.scope, 'ENTITIES');
      }
      return server.storage.dynamo.send(...parameters);
    }),
    seededRandomness(12),
  );
  await expect(server.push({ changes }, erased)).rejects.toMatchObject({ code: 'user.not_found' });
  await expect(server.push({ changes })).rejects.toMatchObject({ code: 'user.not_found' });
  const items = await server.stores.rawItems(server.scope);
  expect(items.filter(({ sk }) => sk?.S?.startsWith('ENTITYLOG#'))).toHaveLength(2);
});

test('SYN38 rows that are made are not looked for, and one that is there is found by the commit', async () => {
  const server = await openStocked();
  const names: string[] = [];
  const counted = server.over(
    through((...parameters) => {
      names.push(parameters[0].constructor.name);
      return Promise.resolve(server.storage.dynamo.send(...parameters));
    }),
    seededRandomness(14),
  );
  await server.push({ changes: [journal(10), journal(11)] }, counted);
  expect(names.sort()).toEqual(['GetItemCommand', 'GetItemCommand', 'TransactWriteItemsCommand']);
  const again = { ...journal(10), data: { content: 'c' }, hlc: hlcAt(900) };
  const { answer, retryCount } = await server.push({ changes: [journal(12), again, journal(13)] }, counted);
  expect([retryCount, answer.successful.map(({ version }) => version)]).toEqual([1, [1, 2, 1]]);
  expect((await server.row('journal_entries', uuid(10)))?.state.data).toEqual({ title: 't10', content: 'c' });
});

test('SYN5 a lost reply in the middle of a push undoes nothing of the ledger, and the repeat need not wait', async () => {
  const uses = (amount: number) => take(amount, { baseVersion: 1 });
  const goals = (from: number, number: number) =>
    Array.from({ length: number }, (_, at) =>
      change('goals', uuid(from + at), { data: { name: `${from + at}` } }),
    );
  for (const lostAt of [1, 2, 3]) {
    const server = await openStocked();
    const request = {
      operationId: 'three chunks' as RequestId,
      changes: [...goals(100, 100), uses(1), ...goals(300, 20), uses(10), ...goals(500, 100)],
    };
    let transactions = 0;
    const losing: Send = async (...parameters) => {
      const reply = await server.storage.dynamo.send(...parameters);
      if (isTransaction(parameters[0])) transactions += 1;
      if (isTransaction(parameters[0]) && transactions === lostAt)
        throw Object.assign(new Error('no reply'), { name: 'TimeoutError' });
      return reply;
    };
    const attempt = server.push(request, server.over(through(losing), seededRandomness(15)));
    await expect(attempt).rejects.toMatchObject({ code: 'server.unavailable' });
    const { answer } = await server.push(request);
    expect([answer.successful.length, answer.conflicts.length]).toEqual([222, 0]);
    expect([await remaining(server), (await server.head()).seq]).toEqual([89, 4]);
  }
});
