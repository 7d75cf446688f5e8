// What becomes of an SMS after its provider has taken it: arrived, or not. The rule: a final word is never taken back, and a report that
// nobody has signed is only a hint to ask the provider itself.
import { z } from 'zod';
import { systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import { job } from '../job.ts';
import { hashToken } from '../tokens.ts';
import { phrase } from '../words/catalogue.ts';
import type { Work } from '../work.ts';
import { shortReply } from './delivery.ts';
import { callOut } from './outgoing.ts';
import { callSettled } from './settle.ts';
import { basicAuth, jsonObject } from './sms-provider.ts';

/** What a provider says of one SMS. */
export interface SmsReport {
  /** The provider's id or ours. */
  id: string;
  outcome: 'delivered' | 'undelivered';
  reason: string;
}

const again = [60, 300, 1_800, 7_200] as const;

/** Writes down what became of an SMS. Returns whether we know it. Told twice, or after a final word, it changes nothing. */
export async function reportSms(core: Core, { id, outcome, reason }: SmsReport): Promise<boolean> {
  return core.transaction(systemActor, async (work) => {
    const message = await work.tx.message.findFirst({
      where: { channel: 'sms', OR: [{ id }, { providerId: id }] },
      select: { id: true, kind: true, recordId: true, data: true, state: true },
    });
    if (!message) return false;
    if (outcome === 'delivered') await markDelivered(work, message.id, message.state);
    else await markUndelivered(work, message, shortReply(reason) || phrase('The provider could not deliver it.'));
    return true;
  });
}

async function markDelivered(work: Work, id: string, state: string): Promise<void> {
  const open = { id, deliveredAt: null, state: { in: ['sent', 'unknown'] as ('sent' | 'unknown')[] } };
  const { count } = await work.tx.message.updateMany({
    where: open,
    data: {
      deliveredAt: new Date(),
      state: 'sent',
      ...(state === 'unknown' ? { sentAt: new Date(), secrets: null } : {}),
    },
  });
  if (count === 0) return;
  const message = await work.tx.message.findUniqueOrThrow({ where: { id } });
  await work.tx.messageAttempt.create({ data: { messageId: id, result: 'delivered', reply: null } });
  if (state === 'unknown')
    await callSettled(work.core, work, message, 'sent', phrase('The provider says that it has arrived.'));
}

async function markUndelivered(work: Work, message: Parameters<typeof callSettled>[2], reply: string): Promise<void> {
  const { count } = await work.tx.message.updateMany({
    where: { id: message.id, deliveredAt: null, state: { in: ['sent', 'unknown'] } },
    data: { state: 'bounced', reply },
  });
  if (count === 0) return;
  await work.tx.messageAttempt.create({ data: { messageId: message.id, result: 'undelivered', reply } });
  await callSettled(work.core, work, message, 'bounced', reply);
}

/** Returns the secret part of the address to which SMSAero reports: it signs nothing. */
export function smsaeroToken(core: Core): string {
  return hashToken(core.config.appKey, 'sms-report', 'smsaero').slice(0, 32);
}

/** Asks SMSAero what became of a message (sms/status), and again later while it is not final. */
export const askSmsaero = job({
  name: 'core.ask-smsaero',
  data: z.object({ id: z.string().max(40), times: z.number().int().default(0) }),
  maxAttempts: 5,
  async run(core, { id, times }) {
    const status = await smsaeroStatus(core, id);
    if (status === 'delivered' || status === 'undelivered') {
      await reportSms(core, { id, outcome: status, reason: 'SMSAero: not delivered' });
      return;
    }
    const pause = again[times];
    if (pause === undefined) return;
    const at = new Date(Date.now() + pause * 1000);
    await core.transaction(systemActor, (work) =>
      work.enqueue(askSmsaero, { id, times: times + 1 }, { at, key: `smsaero:${id}` }),
    );
  },
});

// 1 delivered, 2 not delivered, 6 rejected; 0, 3, 4 and 8 are on their way.
async function smsaeroStatus({ config }: Core, id: string): Promise<'delivered' | 'undelivered' | 'open'> {
  const { email = '', apiKey = '' } = config.sms.smsaero ?? {};
  const answer = await callOut({
    url: `${config.sms.apiUrl ?? 'https://gate.smsaero.ru/v2'}/sms/status`,
    reach: 'configured',
    headers: { 'Content-Type': 'application/json', Authorization: basicAuth(email, apiKey) },
    body: JSON.stringify({ id: Number(id) }),
  });
  if (answer.status !== 200) throw new Error(`SMSAero answers ${answer.status} to sms/status.`);
  const data = [jsonObject(answer.text)?.data].flat()[0] as { status?: unknown } | null | undefined;
  const status = Number(data?.status);
  if (status === 1) return 'delivered';
  return status === 2 || status === 6 ? 'undelivered' : 'open';
}
