import { BlockList, isIP } from 'node:net';
import { fail, ok, type Result } from '../core/result.ts';

/**
 * Addresses that a workspace's issuer must not resolve to: this host, private and link-local networks, the
 * metadata service, shared and reserved space (IANA special-purpose registries). IPv4 inside IPv6 (mapped,
 * compatible, NAT64, 6to4, Teredo) is refused whole: public issuers have no need of it.
 */
const refused = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  refused.addSubnet(network, prefix, 'ipv4');

/** Of IPv6 only global unicast (2000::/3) is taken, less the ranges below. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  refused.addSubnet(network, prefix, 'ipv6');

/** True for an address on the public internet; false for what is no address. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !refused.check(address, 'ipv4');
    case 6:
      return (
        !/^::ffff:/i.test(address) && globalUnicast.check(address, 'ipv6') && !refused.check(address, 'ipv6')
      );
    default:
      return false;
  }
}

const INTERNAL_SUFFIXES = [
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'arpa',
  'onion',
  'test',
  'invalid',
];
const MAX_URL_CHARS = 512;

/**
 * The address when a workspace may register it: https on its own port, a public host name, no credentials,
 * query or fragment. Otherwise the reason, in words for the caller. What the name resolves to is checked
 * again at each fetch.
 */
export function checkTenantUrl(text: string): Result<string, string> {
  const url = text.length <= MAX_URL_CHARS ? URL.parse(text) : null;
  if (url === null) return fail('it is not a URL of at most 512 characters');
  if (url.protocol !== 'https:') return fail('it is not https');
  if (url.port !== '') return fail('it names a port');
  if (url.username !== '' || url.password !== '') return fail('it holds credentials');
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) return fail('it has a query or a fragment');
  return checkHost(url.hostname.replace(/\.$/, '')) ? ok(text) : fail('its host is not a public name');
}

function checkHost(host: string): boolean {
  if (host.startsWith('[') || isIP(host) !== 0) return false;
  const labels = host.split('.');
  return labels.length >= 2 && !INTERNAL_SUFFIXES.includes(labels.at(-1) ?? '');
}
