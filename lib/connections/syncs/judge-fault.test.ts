import { expect, test } from 'vitest';
import { START_MS } from '../../../test/contract-suites/store-fixtures.ts';
import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import { ProviderFault } from '../../providers/model.ts';
import { judgeFault } from './judge-fault.ts';

test('CON26 a limit is waited for until its end, a minute where nobody says when, and never into the past', () => {
  const untilMs = (START_MS + 5 * MINUTE_MS) as EpochMs;
  const judge = (retryAtMs?: EpochMs) =>
    judgeFault(new ProviderFault('rate_limited', retryAtMs === undefined ? {} : { retryAtMs }), START_MS);
  expect(judge(untilMs)).toEqual({ kind: 'wait', untilMs, error: 'rate_limited' });
  expect(judge()).toMatchObject({ untilMs: START_MS + MINUTE_MS });
  expect(judge((START_MS - MINUTE_MS) as EpochMs)).toMatchObject({ untilMs: START_MS + 1 });
});

test('CON27 faults of our own that pass are for whoever called, and no fault is swallowed', () => {
  const away = new AppError('server.unavailable', 'the database did not answer');
  expect(() => judgeFault(away, START_MS)).toThrow(away);
  const odd = new Error('stored item has no string');
  expect(() => judgeFault(odd, START_MS)).toThrow(odd);
  const mistake = new TypeError('undefined is no function');
  expect(judgeFault(mistake, START_MS)).toEqual({ kind: 'type', error: 'internal' });
  const off = new AppError('ingest.upload_disabled', 'switched off');
  expect(judgeFault(off, START_MS)).toEqual({ kind: 'sync', error: 'upload_disabled' });
});
