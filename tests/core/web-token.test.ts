// Hazard 40: everything that jsonwebtoken lets pass when it is not told otherwise is refused here.
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { derivedKey } from '../../src/core/config/secrets.ts';
import { readWebToken, signWebToken } from '../../src/core/web-token.ts';

const core = { config: { appKey: 'k'.repeat(40) } } as unknown as Parameters<typeof signWebToken>[0];
const purpose = 'clubs.session';
const key = Buffer.from(derivedKey('k'.repeat(40), `web-token:${purpose}`));
const good = { sub: 'a', epoch: 0, aud: purpose, iss: 'steward' };
const now = Math.floor(Date.now() / 1000);
const sign = (payload: object | string, options: jwt.SignOptions = {}, secret: jwt.Secret = key) =>
  jwt.sign(payload, secret, options);

describe('web tokens', () => {
  it('says whom it is about and for how long, in seconds', () => {
    const token = readWebToken(core, purpose, signWebToken(core, purpose, { subject: 'club-7', epoch: 3 }, 3600));
    expect(token).toMatchObject({ subject: 'club-7', epoch: 3 });
    expect(token!.expiresAt - token!.issuedAt).toBe(3600);
    expect(Math.abs(token!.issuedAt - now)).toBeLessThan(60);
  });

  it('keeps the id of an account whose name may pass on', () => {
    const token = readWebToken(core, purpose, signWebToken(core, purpose, { subject: 'a', epoch: 0, id: 'x-1' }, 60));
    expect(token).toMatchObject({ subject: 'a', id: 'x-1' });
  });

  it('reads what was signed with the right key and claims, so that the refusals below mean something', () => {
    expect(readWebToken(core, purpose, sign(good, { expiresIn: 60 }))).toBeDefined();
  });

  it.each([
    ['no end', sign(good)],
    ['an end in milliseconds that passed in seconds', sign({ ...good, exp: now - 3600 })],
    ['an end in milliseconds', sign({ ...good, exp: (now + 3600) * 1000 })],
    ['a beginning and an end in milliseconds', sign({ ...good, iat: now * 1000, exp: (now - 3600) * 1000 })],
    ['an id that is no text', sign({ ...good, id: 7 }, { expiresIn: 60 })],
    ['another algorithm', sign(good, { expiresIn: 60, algorithm: 'HS512' })],
    ['no algorithm', sign(good, { expiresIn: 60, algorithm: 'none' }, '')],
    ['another key', sign(good, { expiresIn: 60 }, 'x'.repeat(32))],
    ['another purpose', sign({ ...good, aud: 'clubs.reset' }, { expiresIn: 60 })],
    ['no purpose', sign({ sub: 'a', epoch: 0, iss: 'steward' }, { expiresIn: 60 })],
    ['another issuer', sign({ ...good, iss: 'else' }, { expiresIn: 60 })],
    ['no subject', sign({ epoch: 0, aud: purpose, iss: 'steward' }, { expiresIn: 60 })],
    ['a subject that is no text', sign({ ...good, sub: 7 as unknown as string }, { expiresIn: 60 })],
    ['an epoch that is no number', sign({ ...good, epoch: '0' }, { expiresIn: 60 })],
    ['a claim that we never make', sign({ ...good, role: 'admin' }, { expiresIn: 60 })],
    ['a text as its payload', sign('admin')],
    ['a token of another purpose', signWebToken(core, 'workshops.session', { subject: 'a', epoch: 0 }, 60)],
    ['nothing', ''],
    ['no text', undefined],
    ['a list', ['a']],
    ['an endless text', 'a'.repeat(5_000)],
    ['dots', '..'],
  ])('refuses %s', (_, token) => {
    expect(readWebToken(core, purpose, token)).toBeUndefined();
  });
});
