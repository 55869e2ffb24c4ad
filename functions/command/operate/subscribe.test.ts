import { expect, test } from 'vitest';
import type { ProviderDirectory } from '../../../lib/connections/provider-directory.ts';
import type { AppSubscription } from '../../../lib/providers/definition.ts';
import { manualClock } from '../../../test/contract-suites/store-fixtures.ts';
import { directoryOf, PUSH_NOW_MS } from '../../../test/support/push-world.ts';
import { sampleProvider } from '../../../test/support/sample-provider.ts';
import { subscribe } from './subscribe.ts';

async function printed(outcomes: Readonly<Record<string, AppSubscription | 'absent' | 'unconfigured'>>) {
  const definitions = Object.entries(outcomes).map(([name, outcome]) => ({
    isConfigured: outcome !== 'unconfigured',
    definition: {
      ...sampleProvider,
      name,
      push: {
        ...sampleProvider.push,
        ...(typeof outcome === 'string' ? {} : { subscribeApp: async () => outcome }),
      },
    },
  }));
  const providers: ProviderDirectory = {
    list: async () => definitions,
    get: async (name) => {
      const found = definitions.find(({ definition }) => definition.name === name);
      return directoryOf(found?.definition ?? sampleProvider).get(name);
    },
  };
  const lines: string[] = [];
  const deps = { providers, publicUrl: 'https://health.example.com/', clock: manualClock() };
  const ended = await subscribe({}, deps, (line) => lines.push(line)).then(
    () => 'well',
    (error: unknown) => (error instanceof Error ? error.message : 'other'),
  );
  return { lines, ended };
}

test('CON66 the command says of each provider what became of it, and what has to go into the secret', async () => {
  const { lines, ended } = await printed({
    one: { status: 'active' },
    two: { status: 'created', expiresAtMs: PUSH_NOW_MS, settings: { signatureSecretKey: 'told "once"' } },
    three: 'absent',
    four: 'unconfigured',
  });
  expect(ended).toBe('well');
  expect(lines).toEqual([
    'one       active',
    'two       created, until 2026-11-21T12:00:00.000Z',
    'two       put into its settings in the secret: "signatureSecretKey": "told \\"once\\""',
    'three     by hand, in its portal: https://health.example.com/v1/inbound/three, some with ?key=<inboundKey> (docs/providers.md)',
    'four      not configured',
  ]);
});

test('CON66 the command ends badly when one failed, after the others had their turn', async () => {
  const { lines, ended } = await printed({
    one: { status: 'failed', reason: 'subscribed_elsewhere' },
    two: { status: 'renewed' },
  });
  expect(lines).toEqual(['one       failed: subscribed_elsewhere', 'two       renewed']);
  expect(ended).toContain('1 not subscribed');
});
