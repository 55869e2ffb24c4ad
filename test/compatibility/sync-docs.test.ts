import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { expect, test } from 'vitest';
import * as protocol from '../../contracts/sync/protocol.ts';
import { CHANGE_FAILURES, type RowData } from '../../lib/sync/merge/row.ts';
import { addHash, formatHash, rowHash } from '../../lib/sync/merge/row-hash.ts';
import { samples } from '../support/sample-entity.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'sync.md'), 'utf8');
const cells = (label: string): readonly string[] =>
  page
    .split('\n')
    .filter((line) => line.startsWith(`| ${label} |`))
    .map((line) => line.split('|')[2]?.trim() ?? '');

interface ExampleRow {
  readonly id: string;
  readonly version: number;
  readonly data: RowData;
}

test('SYN9 the worked example of the digest is what Node computes, and what we compute', () => {
  const rows: readonly ExampleRow[] = JSON.parse(/```json\n(\[[\s\S]*?\n\])\n```/.exec(page)?.[1] ?? '');
  expect(rows).toHaveLength(2);
  const hashes = rows.map(({ id, version, data }) => {
    const text = canonicalize({ id, version, data }) ?? '';
    const hash = createHash('sha256').update(text).digest().readBigUInt64BE(0);
    expect(rowHash(id, version, data)).toBe(hash);
    return hash;
  });
  expect(page).toContain(`\`${canonicalize({ ...rows[0] })}\``);
  const sum = hashes.reduce(addHash, 0n);
  expect(sum).toBeLessThan(hashes.reduce((total, hash) => total + hash, 0n));
  const written = ['first row', 'second row', 'the type'].flatMap(cells);
  expect(written).toEqual([...hashes, sum].map((hash) => `\`${formatHash(hash)}\``));
});

test('SYN2 the page names every code of a change and says whether to send it again', () => {
  for (const [code, { retryable }] of Object.entries(CHANGE_FAILURES)) {
    expect([code, ...cells(`\`${code}\``)]).toEqual([code, retryable ? 'yes' : 'no']);
  }
});

test('SYN3 the page names every policy of a field', () => {
  for (const { policy } of Object.values(samples.fields)) expect(page).toContain(`\`${policy.kind}\``);
});

test('SYN1 the limits of the page are those of the protocol', () => {
  const [row = ''] = cells('a row, as canonical JSON of its data');
  expect(row).toContain(protocol.MAX_ROW_BYTES.toLocaleString('en'));
  expect(cells('changes in a push')[0]).toContain(protocol.MAX_PUSH_CHANGE_COUNT.toLocaleString('en'));
  expect(cells('rows in a page')[0]).toContain(protocol.MAX_PULL_ROWS.toLocaleString('en'));
  expect(cells('rows in a page')[0]).toContain(`default ${protocol.DEFAULT_PULL_ROWS}`);
  expect(cells('log entries and tombstones')[0]).toContain(`${protocol.SYNC_HORIZON_DAYS} days`);
  expect(cells('answers of operations')[0]).toContain(`${protocol.OPERATION_LEDGER_DAYS} days`);
  expect(cells('resolutions in a request')[0]).toBe(`${protocol.MAX_RESOLUTION_COUNT}`);
  expect(cells("a clock ahead of the server's")[0]).toBe(`${protocol.MAX_CLOCK_LEAD_MS / 60_000} minutes`);
  expect(cells('1')).toContain('2026-11');
  expect(page).toContain(`now \`${protocol.PROTOCOL_VERSION}\``);
});
