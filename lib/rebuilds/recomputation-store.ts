import type { UserScope } from '../samples/model.ts';
import type { Recomputation } from './model.ts';

export interface RecomputationStore {
  /** Strongly consistent. */
  load(scope: UserScope): Promise<Recomputation | undefined>;
  /**
   * On the condition that what is stored is at the step and state of `before`, or that nothing is stored when it is
   * undefined. `gone`: the user is erased, and nothing is written.
   */
  save(
    scope: UserScope,
    before: Recomputation | undefined,
    next: Recomputation,
  ): Promise<'saved' | 'conflict' | 'gone'>;
}
