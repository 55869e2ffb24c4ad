import { describe, expect, test } from 'vitest';
import { parseCommand } from './arguments.ts';
import { type OperateDependencies, operate } from './handler.ts';

const WS = 'ws_01kah3v5w8f0xq9d3m7t2c6e4r';
const USER = 'usr_01kah3v5w8f0xq9d3m7t2c6e4r';
const parse = (line: string) => parseCommand(line.split(' ').filter((word) => word !== ''));

describe('what an operator may ask for', () => {
  test.each([
    ['bootstrap --name Stride', { name: 'bootstrap', options: { name: 'Stride', mode: 'live' } }],
    [
      `projections rebuild --workspace ${WS} --from 2026-11-01`,
      { name: 'projections rebuild', options: { workspace: WS, from: '2026-11-01' } },
    ],
    [
      `relay replay --workspace ${WS} --from 2026-11-20T00:00:00+01:00 --to 2026-11-21T00:00:00Z --after ${USER}:12`,
      {
        name: 'relay replay',
        options: {
          workspace: WS,
          from: Date.parse('2026-11-19T23:00:00Z'),
          to: Date.parse('2026-11-21T00:00:00Z'),
          after: { userId: USER, seq: 12 },
        },
      },
    ],
    ['dlq list', { name: 'dlq list', options: {} }],
    ['dlq show projections --limit 3', { name: 'dlq show', options: { queue: 'projections', limit: 3 } }],
    ['dlq redrive erasures', { name: 'dlq redrive', options: { queue: 'erasures' } }],
  ])('OBX8 "%s" is understood', (line, command) => {
    expect(parse(line)).toEqual(command);
  });

  test.each([
    ['', 'name a command'],
    ['dlq', 'no command'],
    ['dlq purge projections', 'no command'],
    ['bootstrap', '--name'],
    ['bootstrap --name a --user b', 'does not take --user'],
    ['dlq show', 'name one of'],
    ['dlq show somewhere', 'name one of'],
    ['dlq redrive projections erasures', 'does not take "erasures"'],
    [`relay replay --workspace ${WS} --from yesterday --to 2026-11-21T00:00:00Z`, '--from'],
    [`projections rebuild --workspace ${USER}`, '--workspace'],
    [`projections rebuild --workspace ${WS} --metric nothing`, '--metric is not a metric'],
    ['dlq list --fast', "'--fast'"],
  ])('OBX8 "%s" is refused in words: %s', (line, words) => {
    const command = parse(line);
    expect('fault' in command && command.fault).toContain(words);
  });
});

test('PRJ4 dead letters are counted, shown and sent back, and nothing else is opened for it', async () => {
  const lines: string[] = [];
  const unopened = () => {
    throw new Error('opened');
  };
  const deps: OperateDependencies = {
    bootstrap: unopened,
    rebuild: unopened,
    replay: unopened,
    deadLetters: () => ({
      count: async (queue) => (queue === 'erasures' ? 2 : 0),
      look: async () => [{ messageId: 'm1', body: '{"detail":{}}', sentAtMs: 0, receiveCount: 5 }],
      redrive: async () => 2,
    }),
    print: (line) => lines.push(line),
  };
  for (const line of ['dlq list', 'dlq show erasures', 'dlq redrive erasures']) {
    const command = parse(line);
    if ('fault' in command) throw new Error(command.fault);
    await operate(command, deps);
  }
  expect(lines).toEqual([
    'large-ingests   0',
    'projections     0',
    'erasures        2',
    'm1  sent 1970-01-01T00:00:00.000Z  received 5 times\n  {"detail":{}}',
    '2 messages sent back to erasures',
  ]);
});
