import { chance } from './dice.ts';
import type { Person } from './people.ts';

/** Whether the device was worn on this date: by chance, from the seed. */
export const wasWorn = (person: Person, seed: string, date: string): boolean =>
  person.wear > 0 && chance(seed, person.name, date, 'worn') < person.wear;
