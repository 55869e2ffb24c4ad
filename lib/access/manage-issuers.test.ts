import { describe, expect, test } from 'vitest';
import type { WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import type { Issuer, IssuerStore } from './issuer.ts';
import { registerIssuer, removeIssuer } from './manage-issuers.ts';

const WS = 'ws_01kah3v5w8f0xq9d3m7t2c6e4a' as WorkspaceId;
const POOL = {
  issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Abc',
  jwksUri: 'http://127.0.0.1/',
};
const KEYS = { keys: [{ kty: 'RSA', kid: 'k1', use: 'sig', n: 'AQAB', e: 'AQAB' }] };
const WANTED = {
  issuer: 'https://id.example.com',
  audience: 'app',
  jwksUri: undefined,
  algorithms: undefined,
};

function open(pages: Readonly<Record<string, unknown>>) {
  const stored: Issuer[] = [];
  const asked: string[] = [];
  const issuers: IssuerStore = {
    findByPair: async () => undefined,
    load: async (workspaceId, id) =>
      stored.find((each) => each.workspaceId === workspaceId && each.issuerId === id),
    list: async () => stored,
    create: async (issuer) => {
      if (stored.some((each) => each.issuer === issuer.issuer && each.audience === issuer.audience))
        return 'taken';
      stored.push(issuer);
      return 'created';
    },
    remove: async (issuer) => (stored.splice(stored.indexOf(issuer), 1).length > 0 ? 'removed' : 'gone'),
  };
  const jwks = {
    fetchJson: async (url: string, trust: string) => {
      asked.push(`${trust} ${url}`);
      if (!(url in pages)) throw new Error('404 from 10.0.0.7');
      return pages[url];
    },
  };
  const clock = { now: () => 1_795_262_400_000 as EpochMs, sleep: async () => undefined };
  const randomness = { bytes: (count: number) => new Uint8Array(count) };
  return { issuers, jwks, pool: POOL, clock, randomness, stored, asked };
}
const CONFIGURATION = 'https://id.example.com/.well-known/openid-configuration';

describe('ACC8 registering an issuer', () => {
  test('ACC8 its key set is found through its OpenID configuration, and fetched once before it is stored', async () => {
    const deps = open({
      [CONFIGURATION]: { issuer: WANTED.issuer, jwks_uri: 'https://keys.example.com/set' },
      'https://keys.example.com/set': KEYS,
    });
    const issuer = await registerIssuer(deps, WS, WANTED);
    expect(issuer).toMatchObject({ workspaceId: WS, jwksUri: 'https://keys.example.com/set' });
    expect(deps.asked).toEqual([`tenant ${CONFIGURATION}`, 'tenant https://keys.example.com/set']);
    await expect(registerIssuer(deps, WS, WANTED)).rejects.toMatchObject({ code: 'issuer.taken' });
  });

  test.each([
    ['its OpenID configuration does not answer', {}, WANTED],
    [
      'it names another issuer',
      { [CONFIGURATION]: { issuer: 'https://x.example.com', jwks_uri: 'https://k.example.com/' } },
      WANTED,
    ],
    [
      'its keys lie inside',
      { [CONFIGURATION]: { issuer: WANTED.issuer, jwks_uri: 'https://10.0.0.7/keys' } },
      WANTED,
    ],
    ['its keys lie in the open', {}, { ...WANTED, jwksUri: 'http://id.example.com/keys' }],
    [
      'its key set is no key set',
      { 'https://id.example.com/k': { keys: 'none' } },
      { ...WANTED, jwksUri: 'https://id.example.com/k' },
    ],
    [
      'it has no key that signs',
      { 'https://id.example.com/k': { keys: [{ kty: 'RSA', kid: 'a', use: 'enc' }] } },
      { ...WANTED, jwksUri: 'https://id.example.com/k' },
    ],
    ['it is on this host', {}, { ...WANTED, issuer: 'http://127.0.0.1:4000' }],
    ['it is the pool of the installation', {}, { ...WANTED, issuer: POOL.issuer }],
  ])('ACC8 is refused when %s, and nothing is stored', async (_, pages, wanted) => {
    const deps = open(pages);
    const refused = await registerIssuer(deps, WS, wanted).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'issuer.unusable' });
    expect(String((refused as { detail: string }).detail)).not.toContain('404 from');
    expect(deps.stored).toEqual([]);
  });

  test('ACC8 removing one that is not there is told', async () => {
    await expect(removeIssuer(open({}), WS, 'iss_01kah3v5w8f0xq9d3m7t2c6e4r')).rejects.toMatchObject({
      code: 'issuer.not_found',
    });
  });
});
