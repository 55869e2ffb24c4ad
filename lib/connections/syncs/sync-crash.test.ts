import { describe, expect, test } from 'vitest';
import { START_MS } from '../../../test/contract-suites/store-fixtures.ts';
import { createPrng } from '../../../test/simulation/engine/prng.ts';
import { pullProvider, requestProvider, ScriptedCloud } from '../../../test/support/scripted-cloud.ts';
import { openSyncWorld, type SyncWorld } from '../../../test/support/sync-world.ts';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../core/instants.ts';
import type { ProviderDefinition } from '../../providers/definition.ts';
import type { UserHttp } from '../../providers/http.ts';
import type { OpenUserHttp, SyncDependencies } from './sync-session.ts';

/** The container is gone: whatever was under way is not heard of again. */
class Crash extends Error {
  override readonly name = 'Crash';
}

/** Counts every call of a port, and dies at the one of this number, before its effect or after it. */
class Killer {
  callCount = 0;
  readonly at: ReadonlySet<number>;
  readonly when: 'before' | 'after';
  #isDead = false;

  constructor(at: number | readonly number[], when: 'before' | 'after') {
    this.at = new Set(typeof at === 'number' ? [at] : at);
    this.when = when;
  }

  /** The next container is a healthy one. */
  revive(): void {
    this.#isDead = false;
  }

  readonly through = <Deps extends SyncDependencies>(deps: Deps): Deps => {
    const wrapped: Record<string, unknown> = Object.fromEntries(Object.entries(deps));
    for (const name of PORTS) {
      const port = wrapped[name];
      if (typeof port === 'object' && port !== null) wrapped[name] = this.#wrap(port);
    }
    const openUserHttp: OpenUserHttp = (...parameters) =>
      this.#wrap(deps.openUserHttp(...parameters)) as UserHttp;
    return { ...(wrapped as unknown as Deps), openUserHttp };
  };

  #wrap(port: object): object {
    return new Proxy(port, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property);
        if (typeof member !== 'function') return member;
        return (...parameters: readonly unknown[]) => this.#call(() => member.apply(target, parameters));
      },
    });
  }

  async #call(call: () => unknown): Promise<unknown> {
    if (this.#isDead) throw new Crash('it is dead');
    this.callCount += 1;
    const isHit = this.at.has(this.callCount);
    if (isHit && this.when === 'before') throw this.#die();
    const answer = await call();
    if (isHit) throw this.#die();
    return answer;
  }

  #die(): Crash {
    this.#isDead = true;
    return new Crash('killed');
  }
}

const PORTS = [
  'connections',
  'heads',
  'runs',
  'syncs',
  'slots',
  'raw',
  'quarantine',
  'announcements',
  'providers',
  'writer',
  'queue',
  'workflow',
];

function scripted(): ScriptedCloud {
  const cloud = new ScriptedCloud();
  cloud.pageSize = 12;
  for (const type of ['pulse', 'walk']) {
    cloud.put(
      type,
      ...Array.from({ length: 30 }, (_, index) => ({
        id: `${type}-${index}`,
        atMs: START_MS - (index * 20 + 1) * HOUR_MS,
        value: index === 7 ? 'broken' : 60 + (index % 50),
      })),
    );
  }
  return cloud;
}

interface Scenario {
  readonly name: string;
  /**
   * Not where pushes and a sync bring the same readings: which of them comes first after a death, and so counts
   * them as new, is nobody's promise.
   */
  readonly hasSameCounts: boolean;
  readonly definition: ProviderDefinition;
  readonly act: (world: SyncWorld, cloud: ScriptedCloud) => Promise<void>;
}

const scenarios: readonly Scenario[] = [
  {
    name: 'a first sync',
    hasSameCounts: true,
    definition: pullProvider,
    act: async (world) => {
      await world.requestSync('connect');
    },
  },
  {
    name: 'a small top-up and pushes',
    hasSameCounts: false,
    definition: pullProvider,
    act: async (world, cloud) => {
      await world.changeConnection({ syncedTo: { pulse: ago(1), walk: ago(1) } });
      cloud.put('walk', { id: 'pushed', atMs: START_MS - 3 * MINUTE_MS, value: 5 });
      await world.push(
        { kind: 'record', dataType: 'walk', id: 'pushed' },
        { kind: 'window', dataType: 'pulse', window: { fromMs: ago(12), toMs: ago(1) }, replaces: false },
        { kind: 'deletion', dataType: 'pulse', id: 'pulse-0' },
      );
      cloud.remove('pulse', 'pulse-0');
      await world.requestSync();
    },
  },
  {
    name: 'a backfill',
    hasSameCounts: true,
    definition: pullProvider,
    act: async (world) => {
      await world.requestBackfill({ window: { fromMs: ago(25), toMs: ago(0) }, types: [] });
    },
  },
  {
    name: 'a provider that only pushes',
    definition: requestProvider,
    hasSameCounts: false,
    act: async (world, cloud) => {
      const asked = new Set<string>();
      cloud.answerRequest = (type) => {
        if (asked.has(type)) return 'already_requested';
        asked.add(type);
        const url = `https://api/${type}`;
        cloud.callbacks.set(url, cloud.readings.get(type) ?? []);
        world.later(3_000, () => world.push({ kind: 'callback', dataType: type, origin: 'api', url }));
        return 'requested';
      };
      await world.requestSync('connect');
    },
  },
];

/** What everybody can see in the end. Ids and instants differ from run to run; data and counts must not. */
async function outcomeOf(world: SyncWorld, { hasSameCounts }: Scenario) {
  const history = await world.history();
  const syncs = history.filter(({ trigger }) => trigger !== 'push');
  return {
    pulse: await world.stored('heart_rate'),
    walk: await world.stored('steps'),
    syncs: syncs.map(({ trigger, status, error, counts }) => ({
      trigger,
      status,
      error,
      ...(hasSameCounts ? { counts } : {}),
    })),
    left: (await world.inbox()).length,
    announced: world.announced,
    quarantined: new Set((await world.quarantined()).map(({ externalId }) => externalId)),
    status: (await world.connection()).status,
    syncedTo: Object.keys((await world.connection()).syncedTo),
    isRunning: history.some(({ status }) => status === 'running'),
  };
}

async function play(scenario: Scenario, killer: Killer) {
  const cloud = scripted();
  const world = await openSyncWorld(scenario.definition, cloud, killer.through);
  killer.callCount = 0;
  world.onCrash(() => killer.revive());
  await scenario.act(world, cloud);
  // Far enough for every lease, retry and message that a death leaves behind.
  await world.runFor(5 * HOUR_MS);
  return outcomeOf(world, scenario);
}

describe('CON20 a sync that is killed at any call of a port, and run again, ends as if nothing had been', () => {
  for (const scenario of scenarios) {
    test(`CON20 ${scenario.name}`, { timeout: 120_000 }, async () => {
      const calm = new Killer(Number.POSITIVE_INFINITY, 'before');
      const expected = await play(scenario, calm);
      expect(expected.left).toBe(0);
      expect(expected.isRunning).toBe(false);
      expect(expected.pulse.length).toBeGreaterThan(5);
      expect(calm.callCount).toBeGreaterThan(20);
      for (let at = 1; at <= calm.callCount; at += 1) {
        for (const when of ['before', 'after'] as const) {
          const killer = new Killer(at, when);
          const outcome = await play(scenario, killer);
          expect({ at, when, ...outcome }).toEqual({ at, when, ...expected });
        }
      }
    });
  }
});

test('CON20 a sync that dies three times at random calls ends as if nothing had been', {
  timeout: 120_000,
}, async () => {
  const [scenario] = scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  const calm = new Killer(Number.POSITIVE_INFINITY, 'before');
  const expected = await play(scenario, calm);
  for (let seed = 1; seed <= 25; seed += 1) {
    const prng = createPrng(seed);
    const at = Array.from({ length: 3 }, () => 1 + prng.below(calm.callCount));
    const when = prng.chance(0.5) ? 'before' : 'after';
    expect({ seed, ...(await play(scenario, new Killer(at, when))) }).toEqual({ seed, ...expected });
  }
});

test('CON12 fifty who come at once do the work of one: nothing is fetched twice, nothing is left', async () => {
  const cloud = scripted();
  const world = await openSyncWorld(pullProvider, cloud);
  await world.changeConnection({ syncedTo: { pulse: ago(1), walk: ago(1) } });
  const ids = Array.from({ length: 25 }, (_, index) => index);
  await Promise.all(
    ids.map((index) => world.push({ kind: 'record', dataType: 'walk', id: `walk-${index}` })),
  );
  await Promise.all(ids.map(() => world.requestSync()));
  const wake = { atMs: world.clock.now(), correlationId: 'crowd' };
  await Promise.all(Array.from({ length: 50 }, () => world.deliver(wake)));
  await world.runFor(HOUR_MS);
  const records = cloud.calls.filter((path) => path.startsWith('/walk/'));
  expect(records).toHaveLength(25);
  expect(await world.stored('steps')).toHaveLength(24);
  expect(await world.inbox()).toEqual([]);
  const history = await world.history();
  expect(history.filter(({ trigger }) => trigger === 'manual').map(({ status }) => status)).toEqual([
    'succeeded',
  ]);
  expect(history.some(({ status }) => status === 'running')).toBe(false);
});

function ago(days: number): EpochMs {
  return (START_MS - days * DAY_MS) as EpochMs;
}
