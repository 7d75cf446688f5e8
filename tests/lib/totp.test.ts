// The published test vectors of RFC 4226, RFC 6238 and RFC 4648, and what a code must not be.
import { describe, expect, test } from 'vitest';
import { deviceWords } from '../../src/lib/device-words.ts';
import { hotp, keyUri, stepOfCode, timeStep, toBase32 } from '../../src/lib/totp.ts';

const secret = Buffer.from('12345678901234567890');

describe('codes', () => {
  test('are those of RFC 4226, appendix D', () => {
    const codes = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'];
    expect(codes.map((_, counter) => hotp(secret, counter))).toEqual(codes);
  });

  test.each([
    ['1970-01-01T00:00:59Z', '94287082', '46119246', '90693936'],
    ['2005-03-18T01:58:29Z', '07081804', '68084774', '25091201'],
    ['2005-03-18T01:58:31Z', '14050471', '67062674', '99943326'],
    ['2009-02-13T23:31:30Z', '89005924', '91819424', '93441116'],
    ['2033-05-18T03:33:20Z', '69279037', '90698825', '38618901'],
    ['2603-10-11T11:33:20Z', '65353130', '77737706', '47863826'],
  ])('are those of RFC 6238, appendix B, at %s', (at, sha1, sha256, sha512) => {
    const step = timeStep(new Date(at));
    const long = (length: number) => Buffer.from('1234567890'.repeat(7).slice(0, length));
    expect(hotp(secret, step, { digits: 8 })).toBe(sha1);
    expect(hotp(long(32), step, { digits: 8, algorithm: 'sha256' })).toBe(sha256);
    expect(hotp(long(64), step, { digits: 8, algorithm: 'sha512' })).toBe(sha512);
  });

  test('are good one step before and after, and tell which step they are of', () => {
    const now = new Date(1_111_111_111_000);
    const step = timeStep(now);
    for (const near of [step - 1, step, step + 1]) expect(stepOfCode(secret, hotp(secret, near), now)).toBe(near);
    for (const far of [step - 2, step + 2]) expect(stepOfCode(secret, hotp(secret, far), now)).toBeUndefined();
    for (const wrong of ['', '1', 'abcdef', `${hotp(secret, step)}0`, '９９９９９９'])
      expect(stepOfCode(secret, wrong, now)).toBeUndefined();
  });
});

describe('base32', () => {
  test.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('of %j is that of RFC 4648, section 10', (text, encoded) => {
    expect(toBase32(Buffer.from(text))).toBe(encoded);
  });

  test('stands in the address that apps scan, names escaped', () => {
    const uri = new URL(keyUri(secret, 'Steward a&b', 'x?y@example.org'));
    expect(uri.searchParams.get('secret')).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    expect(uri.searchParams.get('issuer')).toBe('Steward a&b');
    expect(decodeURIComponent(uri.pathname)).toContain('x?y@example.org');
  });
});

describe('devices in words', () => {
  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Version/17.5 Mobile/15E Safari/604.1',
      'Safari on iPhone',
    ],
    ['Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36', 'Chrome on Android'],
    ['curl/8', 'Unknown device'],
    [undefined, 'Unknown device'],
  ])('%s', (agent, words) => {
    expect(deviceWords(agent)).toBe(words);
  });
});
