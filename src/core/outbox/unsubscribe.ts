// Leaving with one click (RFC 8058): each mail that is not transactional carries an address that nobody can guess or forge, and
// that says to nobody whose it is. Its rule: reading it changes nothing, posting to it does.
import { z } from 'zod';
import { systemActor } from '../access.ts';
import type { Config } from '../config/config.ts';
import type { Core } from '../core.ts';
import { notFound } from '../errors.ts';
import { open, seal } from '../tokens.ts';
import { suppress } from './suppression.ts';

const purpose = 'unsubscribe';
const payload = z.object({ c: z.enum(['email', 'sms']), a: z.string() });

/** Returns the address at which this person leaves; it holds for ever. */
export function unsubscribeUrl(config: Config, channel: 'email' | 'sms', address: string): string {
  const token = seal(config.appKey, purpose, JSON.stringify({ c: channel, a: address }));
  return `${config.publicUrl}/unsubscribe?t=${token}`;
}

/** Returns whose address a token is about, its middle hidden. Throws not-found for one that is not ours. */
export function readUnsubscribe(
  config: Config,
  token: string,
): { channel: 'email' | 'sms'; address: string; hint: string } {
  try {
    const { c: channel, a: address } = payload.parse(JSON.parse(open(config.appKey, purpose, token)));
    const at = address.lastIndexOf('@');
    const hint = at > 0 ? `${address.slice(0, 1)}…${address.slice(at)}` : `…${address.slice(-3)}`;
    return { channel, address, hint };
  } catch (error) {
    throw Object.assign(notFound('This link is not valid (any more).'), { cause: error });
  }
}

/** Unsubscribes whom the token is about; again is fine. Throws not-found. */
export async function unsubscribe(core: Core, token: string): Promise<void> {
  const { channel, address } = readUnsubscribe(core.config, token);
  await core.transaction(systemActor, async (work) => {
    const { isNew } = await suppress(work, { channel, address, reason: 'unsubscribed' });
    if (isNew) await work.audit({ kind: 'action', summary: 'Somebody unsubscribed', resource: 'Suppression' });
  });
}
