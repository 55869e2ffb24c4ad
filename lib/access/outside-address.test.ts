import { describe, expect, test } from 'vitest';
import { checkTenantUrl, isPublicAddress } from './outside-address.ts';

describe('ACC9 only public addresses are reached for a workspace', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:1::',
    '2001:db8::1',
    'localhost',
    '',
  ])('ACC9 %s is refused', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each(['8.8.8.8', '172.32.0.1', '2600:9000::1', '2a00:1450:4001:81d::200a'])(
    'ACC9 %s is taken',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe('ACC8 an issuer has an https address with a public name', () => {
  test.each([
    'http://id.example.com/',
    'https://localhost/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://idp/',
    'https://idp.internal/',
    'https://printer.local./',
    'https://id.example.com:8443/',
    'https://user:secret@id.example.com/',
    'https://id.example.com/?a=1',
    'https://id.example.com/#a',
    'https://id.example.com/?',
    'ftp://id.example.com/',
    `https://id.example.com/${'a'.repeat(600)}`,
    'not a url',
  ])('ACC8 %s is refused with a reason', (url) => {
    const checked = checkTenantUrl(url);
    expect(checked.ok).toBe(false);
    expect(checked).toHaveProperty('failure', expect.stringMatching(/^it/));
  });

  test.each(['https://accounts.google.com', 'https://id.example.com/realms/a'])('ACC8 %s is taken', (url) => {
    expect(checkTenantUrl(url)).toEqual({ ok: true, value: url });
  });
});
