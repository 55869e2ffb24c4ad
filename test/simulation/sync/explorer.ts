import { type BreakCommit, ExploredWorld } from './explored-world.ts';
import type { SeededSync } from './seed.ts';

/** What an exploration came to. */
export interface Exploration {
  readonly stateCount: number;
  readonly pathCount: number;
  /** The first path that ends wrong, with what is wrong; undefined: none does. */
  readonly fault: { readonly path: readonly string[]; readonly what: string } | undefined;
}

interface Step {
  readonly name: string;
  readonly take: () => void | Promise<void>;
}

const GOAL = '00000000-0000-7000-8000-000000000001';
const STOCK = '00000000-0000-7000-8000-000000000002';
const PRODUCT = '00000000-0000-7000-8000-000000000003';
const FIRST_STOCK = 10;
const TAKEN = { one: 1, two: 2 } as const;

/**
 * All interleavings of two devices that sync while they edit two rows: each takes of one stock, and one renames
 * a goal. At most one thing is lost: a process, a reply, or a run of the server before its commit. States that
 * were seen are not gone on from. At the end of each path both devices sync until they are quiet, and each edit
 * must have counted once.
 */
export async function explore(seeded: SeededSync, breakCommit: BreakCommit): Promise<Exploration> {
  const seen = new Set<string>();
  const open: string[][] = [[]];
  let pathCount = 0;
  for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop()) {
    pathCount += 1;
    const what = await followPath(seeded, breakCommit, { prefix, seen, open });
    if (what !== undefined) return { stateCount: seen.size, pathCount, fault: what };
  }
  return { stateCount: seen.size, pathCount, fault: undefined };
}

interface Search {
  readonly prefix: readonly string[];
  readonly seen: Set<string>;
  readonly open: string[][];
}

async function followPath(
  seeded: SeededSync,
  breakCommit: BreakCommit,
  { prefix, seen, open }: Search,
): Promise<Exploration['fault']> {
  const world = await prepare(seeded, breakCommit);
  const program = new Program(world);
  const path: string[] = [];
  for (;;) {
    await settle();
    const steps = program.steps();
    const given = prefix[path.length];
    if (given === undefined) {
      const state = await world.fingerprint(program.progress());
      if (seen.has(state)) return undefined;
      seen.add(state);
      for (const { name } of steps.slice(1)) open.push([...path, name]);
    }
    const step = given === undefined ? steps[0] : steps.find(({ name }) => name === given);
    if (step === undefined) break;
    path.push(step.name);
    await step.take();
  }
  const what = await endOf(world);
  return what === undefined ? undefined : { path, what };
}

/** One turn of the event loop: every promise that is settled is followed to its end. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Both devices have the rows. */
async function prepare(seeded: SeededSync, breakCommit: BreakCommit): Promise<ExploredWorld> {
  const world = new ExploredWorld(seeded, breakCommit);
  const [first, second] = world.devices;
  if (first === undefined || second === undefined) throw new Error('there are two devices');
  const client = await world.client(first);
  await client.create('products', { name: 'product' }, { id: PRODUCT });
  await client.create('goals', { name: 'first' }, { id: GOAL });
  const stock = { productId: PRODUCT, quantityRemaining: FIRST_STOCK };
  await client.create('inventory_items', stock, { id: STOCK });
  await client.sync();
  await (await world.client(second)).sync();
  world.isFree = false;
  return world;
}

/** What the devices do, each in its order, and what may be lost. */
class Program {
  readonly #world: ExploredWorld;
  readonly #done = new Set<string>();
  #isLost = false;

  constructor(world: ExploredWorld) {
    this.#world = world;
  }

  progress(): string {
    return [...this.#done].sort().join() + String(this.#isLost);
  }

  steps(): readonly Step[] {
    const arrived = this.#world.waiting.map(
      ({ name }): Step => ({ name, take: () => this.#pass(name, 'go') }),
    );
    return [...arrived, ...this.#acts(), ...this.#losses()];
  }

  /** A device syncs once by itself, after its first edit; the rest comes when the path ends. */
  #acts(): readonly Step[] {
    const steps: Step[] = [];
    for (const device of this.#world.devices) {
      const { name } = device;
      const taken = TAKEN[name as keyof typeof TAKEN];
      const act = (what: string, run: () => Promise<unknown>): void => {
        if (this.#done.has(`${name} ${what}`)) return;
        const take = () => {
          this.#done.add(`${name} ${what}`);
          void run();
        };
        steps.push({ name: `${name} ${what}`, take });
      };
      const client = () => this.#world.client(device);
      act('takes', async () =>
        (await client()).update('inventory_items', STOCK, { quantityRemaining: { delta: -taken } }),
      );
      if (this.#done.has(`${name} takes`)) act('syncs', async () => (await client()).sync());
      if (name === 'one' && this.#done.has('one takes')) {
        act('renames', async () => (await client()).update('goals', GOAL, { name: 'second' }));
      }
    }
    return steps;
  }

  #losses(): readonly Step[] {
    if (this.#isLost) return [];
    const kills = this.#world.devices
      .filter(({ name }) => this.#done.has(`${name} syncs`))
      .map(
        (device): Step => ({
          name: `${device.name} is killed`,
          take: () => {
            this.#isLost = true;
            this.#world.kill(device);
          },
        }),
      );
    const lost = this.#world.waiting
      .filter(({ lose }) => lose !== undefined)
      .map(({ name }): Step => ({ name: `${name} is lost`, take: () => this.#lose(name) }));
    return [...kills, ...lost];
  }

  #lose(name: string): void {
    this.#isLost = true;
    this.#pass(name, 'lose');
  }

  #pass(name: string, how: 'go' | 'lose'): void {
    const index = this.#world.waiting.findIndex((step) => step.name === name);
    const [step] = this.#world.waiting.splice(index, 1);
    step?.[how]?.();
  }
}

const MAX_ROUNDS = 6;

/** Both sync until they are quiet; what is wrong then. */
async function endOf(world: ExploredWorld): Promise<string | undefined> {
  world.isFree = true;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    for (const device of world.devices) await (await world.client(device)).sync();
  }
  const server = world.serverRows();
  const stock = FIRST_STOCK - TAKEN.one - TAKEN.two;
  const isCounted = server.some((text) => text.includes(`"quantityRemaining":${stock}}`));
  if (!isCounted) return `every edit counts once: ${server.join(' ')}`;
  if (!server.some((text) => text.includes('"name":"second"')))
    return `the goal lost its name: ${server.join(' ')}`;
  for (const device of world.devices) {
    const own = await world.deviceRows(device);
    if (own.join() !== server.join())
      return `${device.name} has ${own.join(' ')}, the server ${server.join(' ')}`;
    const status = await (await world.client(device)).status();
    if (status.pendingCount + status.sendingCount > 0)
      return `${device.name} rests with ${JSON.stringify(status)}`;
  }
  return undefined;
}
