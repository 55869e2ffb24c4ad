import { idUuid } from '../people/dice.ts';
import type { History, Sleep } from '../people/history.ts';
import type { Person } from '../people/people.ts';

export const userIdOf = (person: Person): string => idUuid('oura', person.name, 'user');

/** Every document has an id of its own; those of a day are made of its date. */
export const documentIdOf = (person: Person, collection: string, key: string): string =>
  idUuid('oura', person.name, collection, key);

/** What is told of a person beyond the history. */
export interface OuraView {
  readonly history: History;
  /** Sleeps that the person deleted: Oura goes on listing them, as `type: "deleted"`. */
  readonly gone: readonly Sleep[];
}

/** Seconds, as all of Oura's durations. */
export const secondsOf = (minutes: number): number => Math.round(minutes * 60);

/** `2026-11-18T06:20:11+00:00`: UTC the way Oura writes it. */
export const utcText = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}+00:00`;
