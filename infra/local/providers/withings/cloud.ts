import type { Cloud, CloudErrors, CloudKit, CloudMaker, PushRules } from '../frame/cloud.ts';
import type { LimitRules } from '../frame/limits.ts';
import { createActs } from './acts.ts';
import { failed, STATUS } from './envelope.ts';
import { createNotifications, type Notifications } from './notify.ts';
import { createOAuth } from './oauth.ts';
import { createServices } from './services.ts';
import { truthOf } from './truth.ts';

const MINUTE_SEC = 60;
const WEEK_SEC = 7 * 86_400;

const ERRORS: CloudErrors = {
  unauthorized: (reason) => failed(STATUS.invalidToken, `invalid_token: The access token is ${reason}`),
  unauthorizedApp: () => failed(STATUS.unauthorizedClient, 'Invalid client'),
  forbidden: () => failed(STATUS.unauthorizedClient, 'The user does not authorize this action'),
  rateLimited: () => failed(STATUS.tooManyRequests, 'Too Many Requests'),
  serverError: () => ({
    status: 500,
    text: 'Internal Server Error',
    headers: { 'content-type': 'text/html' },
  }),
  notFound: () => failed(STATUS.unknownAction, 'Unknown service'),
};

/** No headers: whoever asks too often finds it in `status`. */
const LIMITS: LimitRules = {
  windows: [
    { name: 'minute', limit: 10_000, documented: 120, windowSec: MINUTE_SEC, per: 'app', aligned: true },
  ],
  headers: () => ({}),
};

/** Nothing is signed; whoever receives it knows its own address, and comes for the data itself. */
const pushRules = (notifications: Notifications, inboundKey: string): PushRules => ({
  addressKey: () => inboundKey,
  handshake: (address) => notifications.subscribeAll(address),
  headers: () => ({ 'user-agent': 'Withings notification' }),
  sign: () => ({}),
  accepted: (status) => status >= 200 && status < 300,
  retrySec: [10, 60, 300, 1800, 7200, 21_600],
  timeoutMs: 2000,
  deactivates: (_, failingForSec) => failingForSec > WEEK_SEC,
});

export const WITHINGS: CloudMaker = {
  name: 'withings',
  create(kit: CloudKit): Cloud {
    const inboundKey = kit.keep('inboundKey', kit.random.token());
    const notifications = createNotifications(kit);
    const acts = createActs(kit, notifications);
    const oauth = createOAuth(kit);
    return {
      name: 'withings',
      title: 'Withings',
      origins: ['account', 'api'],
      oauth: oauth.rules,
      routes: [...createServices(kit, acts), notifications.route, oauth.route],
      errors: ERRORS,
      limits: LIMITS,
      push: pushRules(notifications, inboundKey),
      settings: () => ({ inboundKey }),
      verifyApp: () => false,
      act: acts.act,
      truth: (person, from, to) => truthOf(kit.history(person), acts.edits(person), from, to),
    };
  },
};
