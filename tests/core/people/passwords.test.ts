// Passwords: hashing and judging.
import { describe, expect, it } from 'vitest';
import { hashPassword, isOutdated, passwordProblem, verifyPassword } from '../../../src/core/people/passwords.ts';

describe('a password hash', () => {
  it('is argon2id with our costs, different each time, and fits only its password', async () => {
    const first = await hashPassword('brown horse over water');
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(isOutdated(first)).toBe(false);
    expect(isOutdated(first.replace('t=2', 't=1'))).toBe(true);
    expect(await hashPassword('brown horse over water')).not.toBe(first);
    expect(await verifyPassword(first, 'brown horse over water')).toBe(true);
    expect(await verifyPassword(first, 'brown horse over wateR')).toBe(false);
  });

  it('is the same for letters composed and decomposed', async () => {
    const stored = await hashPassword('une caf\u00e9 cr\u00e8me');
    expect(await verifyPassword(stored, 'une cafe\u0301 cre\u0300me')).toBe(true);
  });

  it('says no without a hash, with a damaged hash and with a monstrous password', async () => {
    const stored = await hashPassword('brown horse over water');
    expect(await verifyPassword(null, 'nobody has this password')).toBe(false);
    expect(await verifyPassword('not a hash', 'brown horse over water')).toBe(false);
    expect(await verifyPassword(stored, 'x'.repeat(1_000_000))).toBe(false);
    expect(await verifyPassword(stored, '\0')).toBe(false);
  });
});

describe('a new password', () => {
  const hints = ['zoya.kosmo@example.org', 'Зоя Космодемьянская'];
  it.each([
    ['short', 'eleven char'],
    ['very long', 'ab cd '.repeat(40)],
    ['one letter', 'aaaaaaaaaaaaaaaa'],
    ['one unit', 'abcabcabcabcabc'],
    ['a row of keys', 'qwertyuiopas'],
    ['digits in order', '1234567890123'],
    ['common with digits', 'Password123456'],
    ['common with signs', '!!!welcome!!!2026'],
    ['two common words', 'adminpassword1'],
    ['the e-mail address', 'zoya.kosmo@example.org'],
    ['the name with a year', 'зоякосмодемьянская1'],
    ['a control character', 'brown horse\u0007over'],
  ])('that is %s is refused in a sentence', (_, password) => {
    expect(passwordProblem(password, hints)).toMatch(/^The password|^This password/);
  });

  it.each([
    'brown horse over water',
    'мама мыла раму вчера',
    '春眠不觉晓处处闻啼鸟夜来风雨声',
    'x7!pQ_90-Lm2z',
    'zoya likes old bicycles',
  ])('"%s" is fine', (password) => {
    expect(passwordProblem(password, hints)).toBeUndefined();
  });
});
