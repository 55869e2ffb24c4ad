import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  authorizationHeader,
  type Parameter,
  percentEncode,
  signatureBaseString,
  signHmacSha1,
} from './oauth1-signature.ts';

const protocol = (
  key: string,
  token: string | undefined,
  [timestamp, nonce]: readonly [string, string],
  more: readonly Parameter[] = [],
): readonly Parameter[] => [
  ['oauth_consumer_key', key],
  ...(token === undefined ? [] : [['oauth_token', token] as const]),
  ['oauth_signature_method', 'HMAC-SHA1'],
  ['oauth_timestamp', timestamp],
  ['oauth_nonce', nonce],
  ...more,
];

describe('the examples of RFC 5849', () => {
  const PRINTER = 'dpf43f3p2l4k3l03';
  const clientSecret = 'kd94hf93k423kf44';

  test('CON62 section 1.2: temporary credentials', () => {
    const oauth = protocol(
      PRINTER,
      undefined,
      ['137131200', 'wIjqoS'],
      [['oauth_callback', 'http://printer.example.com/ready']],
    );
    const request = { method: 'POST', url: 'https://photos.example.net/initiate', form: [] };
    const signature = signHmacSha1(request, oauth, { clientSecret, tokenSecret: undefined });
    expect(signature).toBe('74KNZJeDHnMBp0EMJ9ZHt/XKycU=');
  });

  test('CON62 section 1.2: token credentials', () => {
    const oauth = protocol(
      PRINTER,
      'hh5s93j4hdidpola',
      ['137131201', 'walatlh'],
      [['oauth_verifier', 'hfdp7dh39dks9884']],
    );
    const request = { method: 'POST', url: 'https://photos.example.net/token', form: [] };
    const signature = signHmacSha1(request, oauth, { clientSecret, tokenSecret: 'hdhd0244k9j7ao03' });
    expect(signature).toBe('gKgrFCywp7rO0OXSjdot/IHF7IU=');
  });

  test('CON62 section 1.2: a protected resource with a query', () => {
    const oauth = protocol(PRINTER, 'nnch734d00sl2jdk', ['137131202', 'chapoH']);
    const url = 'http://photos.example.net/photos?file=vacation.jpg&size=original';
    const signature = signHmacSha1({ method: 'GET', url, form: [] }, oauth, {
      clientSecret,
      tokenSecret: 'pfkkdhi9sl3r4s00',
    });
    expect(signature).toBe('MdpQcU8iPSUjWoN/UDMsK2sui9I=');
  });

  test('CON62 section 3.4.1: the base string, and the signature as erratum 2550 corrects it', () => {
    const request = {
      method: 'post',
      url: 'http://EXAMPLE.com:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b',
      form: [...new URLSearchParams('c2&a3=2+q')],
    };
    const oauth = protocol('9djdj82h48djs9d2', 'kkk9d7dh3k39sjv7', ['137131201', '7d8f3e4a']);
    expect(signatureBaseString(request, oauth)).toBe(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D' +
        '%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a' +
        '%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
    );
    const key = { clientSecret: 'j49sk3j29djd', tokenSecret: 'dh893hdasih9' };
    expect(signHmacSha1(request, oauth, key)).toBe('r6/TJjbCOr97/+UU0NsvSne7s5g=');
  });

  test.each([
    ['http://EXAMPLE.COM:80/r%20v/X?id=123', 'http%3A%2F%2Fexample.com%2Fr%2520v%2FX'],
    ['https://www.example.net:8080/?q=1', 'https%3A%2F%2Fwww.example.net%3A8080%2F'],
  ])('CON62 section 3.4.1.2: the address of %s', (url, address) => {
    expect(signatureBaseString({ method: 'GET', url, form: [] }, []).split('&')[1]).toBe(address);
  });

  test('CON62 section 3.5.1: the header encodes names and values, and says the realm as it is', () => {
    expect(authorizationHeader('Example', [['oauth_signature', 'a/b+c=']])).toBe(
      'OAuth realm="Example", oauth_signature="a%2Fb%2Bc%3D"',
    );
    expect(authorizationHeader('a"b\\', [])).toBe('OAuth realm="ab"');
  });
});

describe('any request', () => {
  test('CON62 section 3.6: only the unreserved characters stay, and what is encoded reads back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const encoded = percentEncode(text);
        expect(encoded).toMatch(/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
        expect(decodeURIComponent(encoded)).toBe(text.toWellFormed());
      }),
      { seed: 20_261_121, numRuns: 500 },
    );
    expect(percentEncode("a b*'()!~\u2603")).toBe('a%20b%2A%27%28%29%21~%E2%98%83');
    expect(percentEncode('\ud800')).toBe('%EF%BF%BD');
  });

  test('CON62 the order in which parameters come changes nothing, their place in form or query neither', () => {
    const parameters = fc.array(fc.tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(parameters, fc.nat(), (pairs, seed) => {
        const cut = pairs.length === 0 ? 0 : seed % pairs.length;
        const url = new URL('https://api.example.net/x');
        for (const [name, value] of pairs.slice(cut)) url.searchParams.append(name, value);
        const whole = { method: 'POST', url: 'https://api.example.net/x', form: pairs };
        const split = { method: 'POST', url: url.toString(), form: pairs.slice(0, cut).toReversed() };
        expect(signatureBaseString(split, [])).toBe(signatureBaseString(whole, []));
      }),
      { seed: 20_261_121, numRuns: 300 },
    );
  });

  test('CON62 the key is both secrets, encoded, with the ampersand also without a token', () => {
    const request = { method: 'GET', url: 'https://api.example.net/', form: [] };
    const base = signatureBaseString(request, []);
    const expected = (key: string) => createHmac('sha1', key).update(base).digest('base64');
    const sign = (tokenSecret: string | undefined) =>
      signHmacSha1(request, [], { clientSecret: 'a&b', tokenSecret });
    expect(sign(undefined)).toBe(expected('a%26b&'));
    expect(sign('c/d')).toBe(expected('a%26b&c%2Fd'));
  });
});
