// Tokens, seals and signed links.
import { describe, expect, it } from 'vitest';
import {
  clearAlphabet,
  hashToken,
  newCode,
  newToken,
  open,
  seal,
  signLink,
  verifyLink,
} from '../../src/core/tokens.ts';

const key = 'k'.repeat(40);
const later = new Date(Date.now() + 60_000);

/** Changes one character to another of the alphabet. */
function tamper(text: string, at: number): string {
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
}

describe('tokens', () => {
  it('are long, safe in addresses and never the same', () => {
    const many = new Set(Array.from({ length: 2000 }, () => newToken()));
    expect(many.size).toBe(2000);
    for (const token of many) expect(token).toMatch(/^[\w-]{32}$/);
  });

  it('have the same hash each time, another for another purpose and another key', () => {
    expect(hashToken(key, 'claim', 'abc')).toBe(hashToken(key, 'claim', 'abc'));
    expect(hashToken(key, 'claim', 'abc')).not.toBe(hashToken(key, 'setup', 'abc'));
    expect(hashToken(key, 'claim', 'abc')).not.toBe(hashToken(`${key}2`, 'claim', 'abc'));
  });

  it('as codes use each character about equally often and no mistakable one', () => {
    expect(clearAlphabet).not.toMatch(/[01258OILSUVZB]/);
    const counts = new Map<string, number>();
    for (const c of newCode(46_000)) counts.set(c, (counts.get(c) ?? 0) + 1);
    expect([...counts.keys()].sort().join('')).toBe(clearAlphabet);
    // 2,000 each are expected; seven standard deviations are 306.
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(310);
  });
});

describe('seals', () => {
  it('open with the same key and purpose only', () => {
    const sealed = seal(key, 'mail', 'пароль 密码');
    expect(open(key, 'mail', sealed)).toBe('пароль 密码');
    expect(sealed).not.toContain('пароль');
    expect(seal(key, 'mail', 'пароль 密码')).not.toBe(sealed);
    expect(() => open(key, 'sms', sealed)).toThrow(/changed|APP_KEY/);
    expect(() => open('x'.repeat(40), 'mail', sealed)).toThrow(/changed|APP_KEY/);
  });

  it('throw when any character was changed or is missing', () => {
    const sealed = seal(key, 'mail', 'a secret');
    // The last character carries unused bits, so it alone may differ without changing a byte.
    for (let at = 0; at < sealed.length - 1; at += 1) expect(() => open(key, 'mail', tamper(sealed, at))).toThrow();
    for (const wrong of ['', 'v1.', 'v1.AAAA', sealed.slice(0, -4), `v2${sealed.slice(2)}`])
      expect(() => open(key, 'mail', wrong)).toThrow();
  });
});

describe('signed links', () => {
  it('hold until their time for exactly what was signed', () => {
    const signed = signLink(key, 'file', 'id-1', later);
    expect(verifyLink(key, 'file', 'id-1', signed)).toBe(true);
    expect(verifyLink(key, 'file', 'id-2', signed)).toBe(false);
    expect(verifyLink(key, 'other', 'id-1', signed)).toBe(false);
    expect(verifyLink('z'.repeat(40), 'file', 'id-1', signed)).toBe(false);
    expect(verifyLink(key, 'file', 'id-1', signed, new Date(later.getTime() + 1000))).toBe(false);
  });

  it('cannot be made to last longer, and bear any kind of nonsense', () => {
    const signed = signLink(key, 'file', 'id-1', later);
    const longer = (Number.parseInt(signed.e, 36) + 86_400).toString(36);
    expect(verifyLink(key, 'file', 'id-1', { e: longer, s: signed.s })).toBe(false);
    for (const s of [undefined, '', 'x', ['a'], {}, 'é'.repeat(22), `${signed.s}=`, tamper(signed.s, 3)])
      expect(verifyLink(key, 'file', 'id-1', { e: signed.e, s })).toBe(false);
    for (const e of [
      undefined,
      '',
      '-1',
      'zzzzzzzzzzzz',
      ['1'],
      `${signed.e} `,
      signed.e.toUpperCase().replace(/\d/g, 'A'),
    ])
      expect(verifyLink(key, 'file', 'id-1', { e, s: signed.s })).toBe(false);
  });
});
