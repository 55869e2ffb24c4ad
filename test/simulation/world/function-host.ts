import type { Platform } from '../../../functions/_platform/platform.ts';
import { Container, currentRun, type Run } from './container.ts';
import type { Environment } from './environment.ts';

export type Invocation =
  | { readonly kind: 'answered'; readonly answer: unknown }
  /** The run crashed, or the handler threw: Lambda tells the caller nothing more. */
  | { readonly kind: 'failed' };

/** What the run of an invocation is told of it: at least which workspaces it may touch. */
export type AboutRun = Partial<Omit<Run, 'crash'>> & Readonly<Record<string, unknown>>;

/** A deployed function: any number of containers, each with its own wiring and warm caches. */
export interface FunctionHost {
  invoke(event: object, about?: AboutRun): Promise<Invocation>;
}

export type CreateHandler = (platform: Platform) => (event: never, context: object) => Promise<unknown>;

/** How often a free container is passed over for a cold one. */
const COLD_START_CHANCE = 0.1;
/** A crash is noticed when the invocation times out. */
const TIMEOUT_MS = 3_000;

export function createFunctionHost(
  environment: Environment,
  create: CreateHandler,
  platformOf: (container: Container) => Platform,
): FunctionHost {
  const warm: { readonly container: Container; readonly handler: ReturnType<CreateHandler> }[] = [];
  const { prng, scheduler } = environment;

  const takeContainer = () => {
    const idle = warm.filter(({ container }) => container.isIdle);
    if (idle.length > 0 && !prng.chance(COLD_START_CHANCE)) return prng.pick(idle);
    const container = new Container(environment);
    const made = { container, handler: create(platformOf(container)) };
    warm.push(made);
    return made;
  };
  return {
    invoke: (event, about) =>
      new Promise((resolve) => {
        const { container, handler } = takeContainer();
        const fail = () => resolve({ kind: 'failed' });
        const run = {
          workspaces: undefined,
          ...about,
          crash: () => scheduler.after(prng.below(TIMEOUT_MS), fail),
        };
        container.begin(run);
        currentRun
          .run(run, () => handler(overTheWire(event) as never, {}))
          .then(
            (answer) => {
              container.end();
              resolve({ kind: 'answered', answer: overTheWire(answer) });
            },
            () => {
              container.end();
              fail();
            },
          );
      }),
  };
}

/** Events and answers are JSON on the way. */
const overTheWire = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));
