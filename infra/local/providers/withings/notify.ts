/** `notify`: who is told what where. One subscription per person and kind of data, proven by a HEAD. */
import type { Answer } from '../frame/call.ts';
import type { CloudKit, Route } from '../frame/cloud.ts';
import type { Person } from '../people/people.ts';
import { done, failed, STATUS, wholeField } from './envelope.ts';
import { type ServiceCall, serviceRoute } from './services.ts';

/** The kinds of data that are pushed, by their number. */
export const APPLI = { measure: 1, temperature: 2, pressure: 4, activity: 16, sleep: 44, user: 46 } as const;

const KNOWN_APPLIS: readonly number[] = [1, 2, 4, 16, 44, 46, 50, 51, 52, 54, 55, 58, 62];
const HEAD_LIMIT_MS = 2000;
const MAX_URL_LENGTH = 255;

interface Subscription {
  readonly appli: number;
  readonly callbackurl: string;
  readonly comment: string;
}

export interface Notifications {
  readonly route: Route;
  /** Proves the address; from then on everybody who connects is subscribed to it with everything. */
  subscribeAll(address: string): Promise<string | undefined>;
  covers(person: Person, appli: number): boolean;
  /** The person's own subscriptions end. */
  forget(person: Person): void;
}

export function createNotifications(kit: CloudKit): Notifications {
  const own = kit.keep('subscriptions', new Map<string, Subscription[]>());
  const everybody = kit.keep('everybody', { isSubscribed: false });
  const of = ({ name }: Person): Subscription[] => own.get(name) ?? [];
  const without = (person: Person, gone: Subscription): Subscription[] =>
    of(person).filter(({ appli, callbackurl }) => appli !== gone.appli || callbackurl !== gone.callbackurl);
  const put = (person: Person, one: Subscription): void => {
    own.set(person.name, [...without(person, one), one]);
  };
  return {
    route: serviceRoute(kit, '/notify', undefined, {
      subscribe: (asked) => subscribe(kit, asked, put),
      update: (asked) => subscribe(kit, asked, put),
      list: ({ form, history }) => {
        const appli = wholeField(form, 'appli');
        const profiles = of(history.person).filter((one) => appli === undefined || one.appli === appli);
        return done({ profiles });
      },
      get: ({ form, history }) => {
        const found = of(history.person).find(({ appli }) => appli === wholeField(form, 'appli'));
        return found === undefined ? failed(STATUS.invalidParams, 'No such subscription') : done(found);
      },
      revoke: ({ form, history }) => {
        own.set(history.person.name, without(history.person, read(form)));
        return done({});
      },
    }),
    async subscribeAll(address) {
      const failure = await prove(address);
      everybody.isSubscribed = failure === undefined;
      return failure;
    },
    covers: (person, appli) => everybody.isSubscribed || of(person).some((one) => one.appli === appli),
    forget: ({ name }) => void own.delete(name),
  };
}

const read = (form: URLSearchParams): Subscription => ({
  appli: wholeField(form, 'appli') ?? 0,
  callbackurl: form.get('callbackurl') ?? '',
  comment: form.get('comment') ?? '',
});

async function subscribe(
  kit: CloudKit,
  { form, history }: ServiceCall,
  put: (person: Person, one: Subscription) => void,
): Promise<Answer> {
  const wanted = read(form);
  const isAddress = wanted.callbackurl.length <= MAX_URL_LENGTH && URL.parse(wanted.callbackurl) !== null;
  if (!KNOWN_APPLIS.includes(wanted.appli) || !isAddress) {
    return failed(STATUS.invalidParams, 'Invalid params: appli or callbackurl');
  }
  const failure = await prove(wanted.callbackurl).catch(() => 'no answer');
  if (failure !== undefined) return failed(STATUS.error, `The callback URL is invalid: ${failure}`);
  put(history.person, wanted);
  kit.subscribed(wanted.callbackurl);
  return done({});
}

async function prove(address: string): Promise<string | undefined> {
  const response = await fetch(address, {
    method: 'HEAD',
    redirect: 'manual',
    signal: AbortSignal.timeout(HEAD_LIMIT_MS),
  });
  return response.ok ? undefined : `HEAD was answered with ${response.status}`;
}
