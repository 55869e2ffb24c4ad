/** The project that the client registered: a service account that manages subscribers, which notifications go to. */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { Answer, Call } from '../frame/call.ts';
import type { CloudKit, Route } from '../frame/cloud.ts';
import { asFields } from '../frame/http.ts';
import { rfcError } from '../oauth/rules.ts';
import { errors, googleError } from './errors.ts';
import { NOTIFIED, prove } from './notifications.ts';

const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const AUDIENCE = 'https://oauth2.googleapis.com/token';
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const HOUR_SEC = 3600;
const SKEW_SEC = 300;
/** Enough for a key that protects nothing, and made in milliseconds. */
const KEY_BITS = 1024;

export interface Subscriber {
  readonly endpointUri: string;
  readonly secret: string;
  readonly dataTypes: readonly string[];
  readonly state: 'ACTIVE' | 'INACTIVE';
}

/** By their ids; the one that was proven last gets what is pushed. */
export type Subscribers = Map<string, Subscriber>;

export interface Project {
  readonly settings: { readonly projectNumber: string; readonly serviceAccountKey: string };
  /** The project's way to a token: an assertion that the service account signed. */
  beforeToken(call: Call): Answer | undefined;
  readonly routes: readonly Route[];
  /** The address was given by the controls: it is the subscriber of the name that clients use. */
  proven(address: string): void;
}

const CLIENTS_NAME = 'headwater';

export function createProject(kit: CloudKit, subscribers: Subscribers, authorization: string): Project {
  const projectNumber = kit.keep('projectNumber', String(100_000_000 + kit.random.bytes(3).readUIntBE(0, 3)));
  const privateKey = kit.keep('projectKey', newKey());
  const email = `subscriber@project-${projectNumber}.example`;
  const tokens = kit.keep('projectTokens', new Map<string, number>());
  return {
    settings: {
      projectNumber,
      serviceAccountKey: JSON.stringify({
        type: 'service_account',
        client_email: email,
        private_key: privateKey,
      }),
    },
    proven(address) {
      const secret = subscribers.get(CLIENTS_NAME)?.secret ?? authorization;
      subscribers.set(CLIENTS_NAME, {
        endpointUri: address,
        secret,
        dataTypes: NOTIFIED,
        state: 'ACTIVE',
      });
    },
    beforeToken(call) {
      const form = call.form();
      if (form.get('grant_type') !== JWT_GRANT) return undefined;
      const fault = faultOf(form.get('assertion') ?? '', { privateKey, email, nowSec: kit.now() / 1000 });
      if (fault !== undefined) return rfcError('invalid_grant', fault);
      const token = kit.random.token();
      tokens.set(token, kit.now() + HOUR_SEC * 1000);
      return {
        status: 200,
        json: { access_token: token, expires_in: HOUR_SEC - 1, token_type: 'Bearer' },
      };
    },
    routes: routesOf(kit, subscribers, (call) => {
      const token = (call.headers['authorization'] ?? '').replace(/^Bearer /, '');
      if ((tokens.get(token) ?? 0) <= kit.now()) return errors.unauthorizedApp();
      return call.params['project'] === projectNumber ? undefined : errors.notFound();
    }),
  };
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: KEY_BITS });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** What is wrong with an assertion (RFC 7523), or undefined. */
function faultOf(
  assertion: string,
  { privateKey, email, nowSec }: { privateKey: string; email: string; nowSec: number },
): string | undefined {
  const [header = '', claims = '', signature = ''] = assertion.split('.');
  const fields = (part: string) => asFields(jsonOf(Buffer.from(part, 'base64url').toString()));
  if (fields(header)['alg'] !== 'RS256') return 'alg must be RS256';
  const signed = Buffer.from(`${header}.${claims}`);
  const isSigned = verify('sha256', signed, createPublicKey(privateKey), Buffer.from(signature, 'base64url'));
  if (!isSigned) return 'Invalid JWT signature.';
  const { iss, aud, scope, iat, exp } = fields(claims);
  if (iss !== email || aud !== AUDIENCE || scope !== SCOPE) return 'Invalid iss, aud or scope.';
  if (typeof iat !== 'number' || typeof exp !== 'number' || exp - iat > HOUR_SEC) return 'Invalid lifetime.';
  return iat <= nowSec + SKEW_SEC && exp >= nowSec - SKEW_SEC ? undefined : 'The assertion is not of now.';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const PATH = '/v4/projects/{project}/subscribers';

function routesOf(
  kit: CloudKit,
  subscribers: Subscribers,
  refusal: (call: Call) => Answer | undefined,
): readonly Route[] {
  const route = (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    handle: (call: Call) => Answer | Promise<Answer>,
  ): Route => ({
    method,
    origin: 'api',
    path,
    access: 'public',
    handle: (call) => refusal(call) ?? handle(call),
  });
  const known = (call: Call) => subscribers.get(call.params['subscriber'] ?? '');
  return [
    route('GET', PATH, ({ params }) => ({
      status: 200,
      json: {
        subscribers: [...subscribers].map(([id, one]) => told(params['project'] ?? '', id, one)),
      },
    })),
    route('POST', PATH, (call) => create(kit, subscribers, call)),
    route('PATCH', `${PATH}/{subscriber}`, (call) => {
      const found = known(call);
      return found === undefined ? errors.notFound() : change(kit, subscribers, found, call);
    }),
    route('DELETE', `${PATH}/{subscriber}`, (call) => {
      if (!subscribers.delete(call.params['subscriber'] ?? '')) return errors.notFound();
      kit.unsubscribed();
      return { status: 200, json: {} };
    }),
  ];
}

const told = (project: string, id: string, { endpointUri, dataTypes, state }: Subscriber) => ({
  name: `projects/${project}/subscribers/${id}`,
  endpointUri,
  subscriberConfigs: [{ dataTypes, subscriptionCreatePolicy: 'AUTOMATIC' }],
  state,
});

const operation = (kit: CloudKit): Answer => ({
  status: 200,
  json: { name: `operations/${kit.random.hex(8)}`, done: true },
});

/** A type that is not notified fails the whole. */
async function create(kit: CloudKit, subscribers: Subscribers, call: Call): Promise<Answer> {
  const id = call.query.get('subscriberId') ?? '';
  const body = asFields(call.json());
  const secret = asFields(body['endpointAuthorization'])['secret'];
  const [config]: readonly unknown[] = Array.isArray(body['subscriberConfigs'])
    ? body['subscriberConfigs']
    : [];
  const dataTypes = asFields(config)['dataTypes'];
  const endpointUri = body['endpointUri'];
  if (!/^[a-z][a-z0-9-]{2,34}[a-z0-9]$/.test(id)) return googleError(400, 'Invalid subscriberId');
  if (subscribers.has(id)) return googleError(409, `Subscriber ${id} already exists`, 'ALREADY_EXISTS');
  if (typeof endpointUri !== 'string' || typeof secret !== 'string' || !Array.isArray(dataTypes))
    return googleError(400, 'endpointUri, secret and dataTypes are needed');
  const unknown: unknown = dataTypes.find((type: unknown) => !NOTIFIED.some((one) => one === type));
  if (unknown !== undefined) return googleError(400, `Unsupported data type ${String(unknown)}`);
  return keep(kit, subscribers, id, {
    endpointUri,
    secret,
    dataTypes: dataTypes.map(String),
    state: 'ACTIVE',
  });
}

/** Another address or authorization is proved before it counts. */
function change(
  kit: CloudKit,
  subscribers: Subscribers,
  found: Subscriber,
  call: Call,
): Promise<Answer> | Answer {
  const body = asFields(call.json());
  const mask = (call.query.get('updateMask') ?? '').split(',');
  const { secret } = asFields(body['endpointAuthorization']);
  const endpointUri = mask.includes('endpointUri') ? body['endpointUri'] : found.endpointUri;
  const authorization = mask.includes('endpointAuthorization') ? secret : found.secret;
  if (typeof endpointUri !== 'string' || typeof authorization !== 'string')
    return googleError(400, 'Invalid update');
  const next = { ...found, endpointUri, secret: authorization, state: 'ACTIVE' as const };
  return keep(kit, subscribers, call.params['subscriber'] ?? '', next);
}

async function keep(kit: CloudKit, subscribers: Subscribers, id: string, next: Subscriber): Promise<Answer> {
  const failure = await prove(next.endpointUri, next.secret).catch(() => 'no answer');
  if (failure !== undefined) return googleError(400, failure, 'FAILED_PRECONDITION');
  subscribers.set(id, next);
  kit.subscribed(next.endpointUri);
  return operation(kit);
}
