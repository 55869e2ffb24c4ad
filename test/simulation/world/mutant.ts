import type { Clients } from '../../../functions/_platform/platform.ts';

export type SimulatedFunction =
  | 'ingest-samples'
  | 'read-health'
  | 'ingest-large'
  | 'relay-outbox'
  | 'project-rollups'
  | 'rebuild-read-models';

type Handler = (event: never, context: object) => Promise<unknown>;

/** One thing done wrong, at the seam between a function and the world. The shipped code stays as it is. */
export interface Mutant {
  readonly name: string;
  readonly clients?: (name: SimulatedFunction, clients: Clients) => Clients;
  readonly handler?: (name: SimulatedFunction, handler: Handler) => Handler;
}
