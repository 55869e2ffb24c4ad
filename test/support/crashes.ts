import type { Dynamo } from '../../lib/adapters/dynamo/dynamo.ts';

/** Ends a container at one of its calls of the database: that call is never answered, done or not. */
export interface Crashes {
  readonly wrap: (dynamo: Dynamo) => Dynamo;
  arm(atCall: number, when: 'before' | 'after'): void;
  /** Another container: its calls are answered. */
  disarm(): void;
}

export function createCrashes(): Crashes {
  let left = Number.POSITIVE_INFINITY;
  let isDoneFirst = false;
  return {
    wrap: (dynamo) => {
      const send = async (...parameters: Parameters<Dynamo['send']>) => {
        left -= 1;
        if (left > 0) return dynamo.send(...parameters);
        if (left === 0 && isDoneFirst) await dynamo.send(...parameters);
        return new Promise(() => undefined);
      };
      return { send: send as Dynamo['send'] };
    },
    arm: (atCall, when) => {
      left = atCall;
      isDoneFirst = when === 'after';
    },
    disarm: () => {
      left = Number.POSITIVE_INFINITY;
    },
  };
}
