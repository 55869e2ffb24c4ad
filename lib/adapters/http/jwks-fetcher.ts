import { lookup as lookupName } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { JwksFetcher, JwksTrust } from '../../access/jwks.ts';
import { checkTenantUrl, isPublicAddress } from '../../access/outside-address.ts';

/** For name, connection and answer together: a caller waits for it. */
const TIMEOUT_MS = 3_000;
/** Google's key set has 2 KB, an OpenID configuration 3 KB. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** Resolves a name to all its addresses, as `dns.lookup` with `all` does. */
export type ResolveName = (
  host: string,
  answer: (
    error: Error | null,
    addresses: readonly { readonly address: string; readonly family: number }[],
  ) => void,
) => void;

const resolveByDns: ResolveName = (host, answer) =>
  lookupName(host, { all: true, verbatim: true }, (error, addresses) => answer(error, addresses ?? []));

/**
 * A `lookup` for sockets that gives out public addresses only: when one of the name's addresses is not, the
 * connection fails. The socket connects to the very address that was checked, so a name that changes its
 * mind between check and use (DNS rebinding) gains nothing.
 */
export const createPinnedLookup =
  (resolve: ResolveName): LookupFunction =>
  (host, options, done) =>
    resolve(host, (error, addresses) => {
      const [first] = addresses;
      const refusal =
        error ??
        (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))
          ? new Error('the name does not resolve to public addresses')
          : null);
      if (refusal !== null || first === undefined) done(refusal ?? new Error('no address'), '', 0);
      else if (options.all === true) done(null, [{ ...first }]);
      else done(null, first.address, first.family);
    });

/**
 * Fetches key sets and OpenID configurations: 3 s in all, 256 KB, no redirects, no proxy, no cookies. What a
 * workspace registered is reached over https at public addresses only (ACC9).
 */
export const createJwksFetcher = (resolve: ResolveName = resolveByDns): JwksFetcher => ({
  fetchJson: async (url, trust) => JSON.parse(await fetchText(url, trust, createPinnedLookup(resolve))),
});

function fetchText(text: string, trust: JwksTrust, lookup: LookupFunction): Promise<string> {
  const url = new URL(text);
  if (trust === 'tenant') {
    const checked = checkTenantUrl(text);
    if (!checked.ok) return Promise.reject(new Error(`the address is refused: ${checked.failure}`));
  }
  return new Promise((resolve, reject) => {
    const options = {
      agent: false,
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(trust === 'tenant' ? { lookup } : {}),
    };
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (answer) =>
      readAnswer(answer).then(resolve, reject),
    );
    request.on('error', reject);
    request.end();
  });
}

async function readAnswer(answer: IncomingMessage): Promise<string> {
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw new Error(`answered ${answer.statusCode}`);
  }
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_ANSWER_BYTES) {
      answer.destroy();
      throw new Error('the answer is larger than 256 KB');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
