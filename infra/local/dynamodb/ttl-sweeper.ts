import * as z from 'zod';
import type { TableDeclaration } from '../assembly/declared.ts';
import { type Checkpoints, keysText } from '../streams/checkpoints.ts';
import { callDynamo } from './json-call.ts';

const Keys = z.array(z.object({ AttributeName: z.string() }));
const Page = z.object({
  Items: z.array(z.record(z.string(), z.unknown())).default([]),
  LastEvaluatedKey: z.unknown().optional(),
});

/** AWS deletes within a few days; here soon enough to be seen, and rarely enough not to matter. */
const SWEEP_EVERY_MS = 5 * 60_000;
const FIRST_SWEEP_MS = 60_000;

/** Deletes what is past its time, as DynamoDB would: the engine never does. */
export function startTtlSweeper(
  endpoint: string,
  tables: readonly TableDeclaration[],
  checkpoints: Checkpoints,
): { stop(): void } {
  const swept = tables.filter(({ TimeToLiveSpecification: ttl }) => ttl?.Enabled === true);
  const sweep = async (): Promise<void> => {
    for (const table of swept) await sweepTable(endpoint, table, checkpoints).catch(() => {});
  };
  let timer = setTimeout(function again() {
    void sweep().finally(() => {
      timer = setTimeout(again, SWEEP_EVERY_MS).unref();
    });
  }, FIRST_SWEEP_MS).unref();
  return { stop: () => clearTimeout(timer) };
}

/** One pass over one table; how many items went. */
export async function sweepTable(
  endpoint: string,
  table: TableDeclaration,
  checkpoints: Checkpoints,
): Promise<number> {
  const keyNames = Keys.parse(table.KeySchema).map(({ AttributeName }) => AttributeName);
  const condition = {
    ExpressionAttributeNames: { '#ttl': table.TimeToLiveSpecification?.AttributeName ?? 'ttl' },
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(Date.now() / 1_000)) } },
  };
  let from: unknown;
  let deletedCount = 0;
  do {
    const page = Page.parse(
      await callDynamo(endpoint, 'DynamoDB_20120810.Scan', {
        TableName: table.name,
        FilterExpression: '#ttl < :now',
        Limit: 500,
        ExclusiveStartKey: from,
        ...condition,
      }),
    );
    for (const item of page.Items) {
      const key = Object.fromEntries(keyNames.map((name) => [name, item[name]]));
      checkpoints.markExpired(table.name, keysText(key));
      try {
        await callDynamo(endpoint, 'DynamoDB_20120810.DeleteItem', {
          TableName: table.name,
          Key: key,
          ConditionExpression: '#ttl < :now',
          ...condition,
        });
        deletedCount += 1;
      } catch {
        checkpoints.unmarkExpired(table.name, keysText(key));
      }
    }
    from = page.LastEvaluatedKey;
  } while (from !== undefined && from !== null);
  return deletedCount;
}
