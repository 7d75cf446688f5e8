// Addresses that get no messages any more. The rule: it is looked at when a message is made and again right before it leaves; what
// is transactional still reaches those who only unsubscribed.
import type { Core } from '../core.ts';
import { invalid } from '../errors.ts';
import type { Row, Transaction } from '../model.ts';
import { hashToken } from '../tokens.ts';
import { phrase } from '../words/catalogue.ts';
import type { Work } from '../work.ts';
import { readAddress } from './address.ts';
import type { Channel } from './delivery.ts';
import { readPhone } from './phone.ts';

/** Why an address gets nothing. */
export type SuppressionReason = Row<'Suppression'>['reason'];

const words: Record<SuppressionReason, string> = {
  unsubscribed: phrase('has unsubscribed'),
  bounced: phrase('messages to this address came back'),
  complained: phrase('complained about our messages'),
  asked: phrase('asked for no messages'),
};

/** Returns why a message to this address would not leave, in words; undefined when it may. */
export async function findSuppression(
  core: Core,
  tx: Transaction,
  message: { channel: string; toAddress: string; isTransactional: boolean },
): Promise<string | undefined> {
  if (message.channel === 'webhook') return undefined;
  const addressHash = hashOf(core, message.channel, message.toAddress);
  const rows = await tx.suppression.findMany({ where: { channel: message.channel, addressHash } });
  const found = rows.find(({ reason }) => reason !== 'unsubscribed') ?? rows[0];
  if (!found || (found.reason === 'unsubscribed' && message.isTransactional)) return undefined;
  return words[found.reason];
}

/** Puts an address on the list; one that is on it for this reason stays as it is. Throws invalid for no address. */
export async function suppress(
  work: Work,
  entry: { channel: Channel; address: string; reason: SuppressionReason; note?: string },
): Promise<{ id: string; isNew: boolean }> {
  const { channel, reason, note = '' } = entry;
  const address = normalised(work.core, channel, entry.address);
  if (!address) throw invalid('This is not an address.', { address: 'is not an address of this channel' });
  const data = { channel, reason, note: note.slice(0, 500), address, addressHash: hashOf(work.core, channel, address) };
  const { count } = await work.tx.suppression.createMany({ data: [data], skipDuplicates: true });
  const where = { channel_addressHash_reason: { channel, reason, addressHash: data.addressHash } };
  const { id } = await work.tx.suppression.findUniqueOrThrow({ where, select: { id: true } });
  return { id, isNew: count > 0 };
}

function normalised(core: Core, channel: Channel, address: string): string | undefined {
  if (channel === 'sms') return readPhone(address, core.config.sms.country)?.e164;
  return channel === 'email' ? readAddress(address)?.toLowerCase() : undefined;
}

// Letter case counts in no mailbox that anybody uses; somebody who unsubscribed must not get mail under another spelling.
function hashOf(core: Core, channel: string, address: string): string {
  return hashToken(core.config.appKey, `suppression:${channel}`, address.toLowerCase());
}
