import { idHex, idNumber } from '../people/dice.ts';
import type { Person } from '../people/people.ts';

export const userIdOf = (person: Person): number => idNumber(8, 'withings', person.name, 'user');
export const sleepIdOf = (person: Person, key: string): number =>
  idNumber(10, 'withings', person.name, 'sleep', key);
export const workoutIdOf = (person: Person, key: string): number =>
  idNumber(10, 'withings', person.name, 'workout', key);
export const groupIdOf = (person: Person, key: string): number =>
  idNumber(10, 'withings', person.name, 'group', key);
export const deviceIdOf = (person: Person, device: string): string =>
  idHex(20, 'withings', person.name, device);

export const epochSec = (atMs: number): number => Math.floor(atMs / 1000);
