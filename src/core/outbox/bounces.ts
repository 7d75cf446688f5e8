// Messages that came back, and people who complained, as a provider or the bounce mailbox reports them. The rule: reporting twice is
// reporting once, and an address that is dead for good gets nothing more.
import { z } from 'zod';
import { systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import { StewardError } from '../errors.ts';
import { job } from '../job.ts';
import { phrase } from '../words/catalogue.ts';
import type { Work } from '../work.ts';
import { type Channel, type Message, shortReply } from './delivery.ts';
import { callSettled } from './settle.ts';
import { suppress } from './suppression.ts';

/** One report. */
export const bounceSchema = z
  .object({
    kind: z.enum(['bounce', 'complaint']),
    message: z
      .string()
      .max(300)
      .optional()
      .meta({ description: 'Our id, the Message-ID header, or the provider’s id.' }),
    address: z.string().max(320).optional().meta({ description: 'Where the message is not known.' }),
    channel: z.enum(['email', 'sms']).default('email'),
    permanent: z.boolean().default(true).meta({ description: 'The address is dead: nothing is sent there any more.' }),
    returned: z.boolean().default(false).meta({
      description: 'The message will not arrive, but the address may be good (mailbox full, gave up waiting).',
    }),
    reason: z.string().max(2_000).default(''),
  })
  .refine(({ message, address }) => Boolean(message || address), 'names neither a message nor an address');

/** A report as it is worked on. */
export type Bounce = z.output<typeof bounceSchema>;

const secondsUntilSettled = 30;

/** Looks at a report again whose message was still leaving. */
export const reportLater = job({
  name: 'core.report-bounce',
  data: bounceSchema,
  async run(core, bounce) {
    await reportBounce(core, bounce);
  },
});

/** Marks the message, tells its module, and suppresses the address where the report is final. Returns whether we know whom it is about. */
export async function reportBounce(core: Core, bounce: Bounce): Promise<boolean> {
  return core.transaction(systemActor, async (work) => {
    const message = await findMessage(work, bounce);
    if (message && ['queued', 'sending'].includes(message.state))
      await work.enqueue(reportLater, bounce, { at: new Date(Date.now() + secondsUntilSettled * 1000) });
    else if (message) await markMessage(work, message, bounce);
    const address = message?.toAddress ?? bounce.address;
    if (!address) return false;
    if (bounce.permanent || bounce.kind === 'complaint') return suppressReported(work, bounce, address);
    return true;
  });
}

async function findMessage(work: Work, { message: name, channel }: Bounce): Promise<Message | null> {
  if (!name) return null;
  const id = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/i.exec(name)?.[1]?.toLowerCase() ?? name;
  return work.tx.message.findFirst({ where: { channel, OR: [{ id }, { providerId: name }] } });
}

async function markMessage(work: Work, message: Message, bounce: Bounce): Promise<void> {
  const result =
    bounce.kind === 'complaint' ? 'complained' : bounce.permanent || bounce.returned ? 'bounced' : 'delayed';
  const reply = shortReply(bounce.reason) || phrase('No reason was given.');
  if (result === 'bounced') {
    const { count } = await work.tx.message.updateMany({
      where: { id: message.id, state: { in: ['sent', 'unknown'] } },
      data: { state: 'bounced', reply },
    });
    if (count === 0) return;
    await callSettled(work.core, work, message, 'bounced', reply);
  } else if ((await work.tx.messageAttempt.count({ where: { messageId: message.id, result } })) > 0) return;
  await work.tx.messageAttempt.create({ data: { messageId: message.id, result, reply } });
}

// What is no address cannot be written to either: such a report is taken and left alone.
async function suppressReported(work: Work, bounce: Bounce, address: string): Promise<boolean> {
  const reason = bounce.kind === 'complaint' ? 'complained' : 'bounced';
  const channel: Channel = bounce.channel;
  try {
    const { isNew } = await suppress(work, { channel, address, reason, note: shortReply(bounce.reason) });
    if (isNew)
      await work.audit({
        kind: 'action',
        summary: `An address ${reason} and gets nothing more`,
        resource: 'Suppression',
      });
    return true;
  } catch (error) {
    if (error instanceof StewardError && error.code === 'invalid') return false;
    throw error;
  }
}
