// Signed tokens that clients of a public API carry (JSON Web Tokens). The rule of RFC 8725: one algorithm, one key and one audience
// per purpose, an end that cannot be left out, and nothing secret inside. The only room that imports jsonwebtoken.
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { derivedKey } from './config/secrets.ts';
import type { Core } from './core.ts';

/** What a token says. `epoch` is compared with the account's own at every request, so that raising it ends all tokens. */
export interface WebToken {
  /** Whom it is about: `sub`. */
  subject: string;
  /** The account's own id, where the subject is a name that may pass to somebody else: `id`. */
  id?: string;
  epoch: number;
  /** Seconds since 1970. */
  issuedAt: number;
  expiresAt: number;
}

const longest = 4_000;
/** Seconds that a token may be good at most: what is beyond was written in milliseconds. */
const longestLife = 400 * 86_400;
const clockSkew = 60;
const said = z.strictObject({
  sub: z.string().min(1).max(200),
  aud: z.string(),
  iss: z.literal('steward'),
  epoch: z.int().min(0),
  id: z.string().min(1).max(64).optional(),
  iat: z.int(),
  exp: z.int(),
});

/** Makes a token for one purpose, for example `clubs.session`, good for so many seconds. */
export function signWebToken(
  core: Pick<Core, 'config'>,
  purpose: string,
  { subject, epoch, id }: Pick<WebToken, 'subject' | 'epoch' | 'id'>,
  seconds: number,
): string {
  return jwt.sign({ epoch, ...(id === undefined ? {} : { id }) }, keyOf(core, purpose), {
    algorithm: 'HS256',
    subject,
    audience: purpose,
    issuer: 'steward',
    expiresIn: Math.floor(seconds),
  });
}

/** Reads a token of this purpose; undefined when it is malformed, forged, of another purpose, or past its end. */
export function readWebToken(core: Pick<Core, 'config'>, purpose: string, token: unknown): WebToken | undefined {
  if (typeof token !== 'string' || token.length > longest) return undefined;
  try {
    const payload = jwt.verify(token, keyOf(core, purpose), {
      algorithms: ['HS256'],
      audience: purpose,
      issuer: 'steward',
    });
    const { success, data } = said.safeParse(payload);
    if (!success || data.exp - data.iat > longestLife || data.iat > Date.now() / 1000 + clockSkew) return undefined;
    const { sub: subject, epoch, iat: issuedAt, exp: expiresAt, id } = data;
    return { subject, epoch, issuedAt, expiresAt, ...(id === undefined ? {} : { id }) };
  } catch {
    return undefined;
  }
}

function keyOf({ config }: Pick<Core, 'config'>, purpose: string): Buffer {
  return Buffer.from(derivedKey(config.appKey, `web-token:${purpose}`));
}
