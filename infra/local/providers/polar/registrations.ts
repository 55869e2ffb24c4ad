/** Who is registered with the application: without that, Polar gives out nothing. */
import type { Answer, UserCall } from '../frame/call.ts';
import type { CloudKit, Route } from '../frame/cloud.ts';
import type { Person } from '../people/people.ts';
import { userIdOf } from './model.ts';

const MAX_MEMBER_ID_LENGTH = 100;

interface Registration {
  readonly memberId: string;
  readonly atMs: number;
}

export interface Registrations {
  readonly routes: readonly Route[];
  /** When the person was registered; undefined when they are not. */
  registeredMs(person: Person): number | undefined;
  forget(person: Person): void;
}

export const problem = (status: number, message: string): Answer => ({
  status,
  json: { timestamp: null, status, errorType: 'client_error', message },
});

export function createRegistrations(kit: CloudKit): Registrations {
  const all = kit.keep('registrations', new Map<string, Registration>());
  const isOwn = (call: UserCall): boolean => call.params['id'] === String(userIdOf(call.grant.person));
  const forget = ({ name }: Person): void => void all.delete(name);
  const routes: readonly Route[] = [
    {
      method: 'POST',
      origin: 'api',
      path: '/v3/users',
      access: 'user',
      handle: (call) => register(kit, all, call),
    },
    {
      method: 'GET',
      origin: 'api',
      path: '/v3/users/{id}',
      access: 'user',
      handle(call) {
        const found = all.get(call.grant.person.name);
        if (!isOwn(call)) return problem(403, 'No permission to this user.');
        return found === undefined
          ? { status: 204 }
          : { status: 200, json: userJson(call.grant.person, found) };
      },
    },
    {
      method: 'DELETE',
      origin: 'api',
      path: '/v3/users/{id}',
      access: 'user',
      handle(call) {
        if (!isOwn(call)) return problem(403, 'No permission to this user.');
        forget(call.grant.person);
        kit.endGrant(call.grant.person);
        return { status: 204 };
      },
    },
  ];
  return { routes, registeredMs: ({ name }) => all.get(name)?.atMs, forget };
}

function register(kit: CloudKit, all: Map<string, Registration>, call: UserCall): Answer {
  const body = call.json();
  const given: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'member-id') : undefined;
  const memberId = typeof given === 'number' ? String(given) : given;
  if (typeof memberId !== 'string' || memberId === '' || memberId.length > MAX_MEMBER_ID_LENGTH) {
    return problem(400, 'member-id is missing.');
  }
  const { person } = call.grant;
  const isTaken = [...all].some(([name, one]) => name === person.name || one.memberId === memberId);
  if (isTaken) return problem(409, 'User already registered to partner or duplicated member-id.');
  const made = { memberId, atMs: kit.now() };
  all.set(person.name, made);
  return { status: 200, json: userJson(person, made) };
}

const userJson = (person: Person, { memberId, atMs }: Registration) => ({
  'polar-user-id': userIdOf(person),
  'member-id': memberId,
  'registration-date': `${new Date(atMs).toISOString().slice(0, 23)}Z`,
  'first-name': person.name,
  'last-name': 'Simulated',
  birthdate: '1989-05-14',
  gender: 'FEMALE',
  weight: person.weightKg,
  height: Math.round(person.heightM * 100),
});
