// How a try ends: the message's state, the attempt and the mail's own callback in one transaction.
// The rule for late answers: what the server really said beats "unknown" of the same claim; a newer claim or a decision by
// staff beats what we say, except that a message which was accepted is never sent again while it only waits.
import { z } from 'zod';
import { systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import { job } from '../job.ts';
import type { MessageDeclaration, Settled } from '../mail.ts';
import { phrase } from '../words/catalogue.ts';
import type { Work } from '../work.ts';
import { giveBackParts } from './budget.ts';
import type { ClaimedMessage, Delivery, Message } from './delivery.ts';

/** Pauses between tries in seconds, each with a fifth of jitter; after the last one the message has failed. */
export const retryPauses = [15, 60, 300, 900, 3600, 7200, 14400] as const;

/** Calls a mail's callback later, when it threw while its message was being settled. */
export const callSettledLater = job({
  name: 'core.call-settled',
  data: z.object({ messageId: z.string() }),
  async run(core, { messageId }) {
    await core.transaction(systemActor, async (work) => {
      const message = await work.tx.message.findUnique({ where: { id: messageId } });
      if (message && isSettled(message.state)) await callSettled(core, work, message, message.state, message.reply);
    });
  },
});

/** Writes down how one try ended. Throws only when the database is out of reach. */
export async function settleDelivery(core: Core, message: ClaimedMessage, delivery: Delivery): Promise<void> {
  const next = nextState(message, delivery);
  const inOne = (withCallback: boolean) =>
    core.transaction(
      systemActor,
      async (work) => {
        const isOurs = await writeState(work, message, delivery, next);
        await writeAttempt(work, message.id, delivery);
        await giveBackParts(work.tx, message, delivery);
        if (isOurs && withCallback) await callTried(core, work, message, delivery);
        if (!isOurs || !isSettled(next.state)) return;
        if (withCallback) await callSettled(core, work, message, next.state, delivery.reply);
        else await work.enqueue(callSettledLater, { messageId: message.id });
      },
      { runId: message.runId ?? undefined },
    );
  try {
    await inOne(true);
  } catch (error) {
    // The mail has left (or not), whatever a module's callback makes of it: that must not be forgotten.
    core.log.error({ err: error, messageId: message.id }, 'what follows a message failed; it is tried again later');
    await inOne(false);
  }
}

/** Marks what dead processes were sending as unknown: it may have left. Returns how many. */
export async function settleOrphans(core: Core, deadSeconds: number): Promise<number> {
  const { rows } = await core.database.pool.query<{ id: string; claimedBy: string; isRepeatable: boolean }>(
    `SELECT id, "claimedBy", "isRepeatable" FROM "Message" m WHERE state = 'sending'
       AND "claimedAt" < now() - $1 * interval '1 second'
       AND NOT EXISTS (SELECT 1 FROM "Instance" i WHERE i.id = split_part(m."claimedBy", '/', 1)) LIMIT 500`,
    [deadSeconds],
  );
  for (const { id, claimedBy, isRepeatable } of rows)
    if (isRepeatable) await releaseOrphan(core, id, claimedBy);
    else await settleOrphan(core, id, claimedBy);
  return rows.length;
}

// This receiver knows the message by its id and may get it twice: here, and only here, sending again is safe.
async function releaseOrphan(core: Core, id: string, claimedBy: string): Promise<void> {
  await core.db.message.updateMany({
    where: { id, state: 'sending', claimedBy },
    data: { state: 'queued', claimedBy: null, claimedAt: null },
  });
}

async function settleOrphan(core: Core, id: string, claimedBy: string): Promise<void> {
  const reply = phrase('The process ended in the middle of sending. The message may have left.');
  await core.transaction(systemActor, async (work) => {
    const { count } = await work.tx.message.updateMany({
      where: { id, state: 'sending', claimedBy },
      data: { state: 'unknown', reply },
    });
    if (count === 0) return;
    const message = await work.tx.message.findUniqueOrThrow({ where: { id } });
    await work.tx.messageAttempt.create({ data: { messageId: id, result: 'unknown', reply } });
    const { recordId, data } = message;
    const tried = { id, recordId, data: data as Record<string, unknown>, kind: 'uncertain' as const, reply };
    await declarationOf(core, message.kind)?.tried?.(work, tried);
    await callSettled(core, work, message, 'unknown', reply);
  });
}

/** Calls the declaration's own callback for a message that has come to an end. */
export async function callSettled(
  core: Core,
  work: Work,
  message: Pick<Message, 'id' | 'kind' | 'recordId' | 'data'>,
  state: Settled,
  reply: string | null,
): Promise<void> {
  const declaration = declarationOf(core, message.kind);
  const data = message.data as Record<string, unknown>;
  await declaration?.settled?.(work, { id: message.id, state, recordId: message.recordId, data, reply });
}

async function callTried(core: Core, work: Work, message: ClaimedMessage, delivery: Delivery): Promise<void> {
  const { id, recordId } = message;
  const data = message.data as Record<string, unknown>;
  const { kind, reply, answer } = delivery;
  await declarationOf(core, message.kind)?.tried?.(work, {
    id,
    recordId,
    data,
    kind,
    reply,
    ...(answer && { answer }),
  });
}

function declarationOf({ registry: { mails, sms, webhooks } }: Core, kind: string): MessageDeclaration | undefined {
  return mails.get(kind) ?? sms.get(kind) ?? webhooks.get(kind);
}

function isSettled(state: string): state is Settled {
  return ['sent', 'failed', 'unknown', 'cancelled', 'bounced'].includes(state);
}

interface Next {
  state: 'sent' | 'failed' | 'unknown' | 'queued' | 'cancelled';
  /** Seconds until the next try. */
  pause: number | null;
  /** A login that fails is the server's trouble, not the message's: the try does not count. */
  uncount: boolean;
}

function nextState(message: ClaimedMessage, { kind, retryAfter = 0 }: Delivery): Next {
  switch (kind) {
    case 'accepted':
      return { state: 'sent', pause: null, uncount: false };
    case 'refused':
      return { state: 'failed', pause: null, uncount: false };
    case 'suppressed':
      return { state: 'cancelled', pause: null, uncount: false };
    case 'uncertain':
      return { state: 'unknown', pause: null, uncount: false };
    case 'login':
      return { state: 'queued', pause: 0, uncount: true };
    case 'later':
    case 'offline': {
      const pause = retryPauses[message.attemptCount - 1];
      if (pause === undefined) return { state: 'failed', pause: null, uncount: false };
      // Jitter on top of what the other side asked for, never below it.
      const wait = Math.max(pause * (0.8 + Math.random() * 0.4), retryAfter * (1 + Math.random() * 0.2));
      return { state: 'queued', pause: wait, uncount: false };
    }
  }
}

async function writeState(work: Work, message: ClaimedMessage, delivery: Delivery, next: Next): Promise<boolean> {
  const { provider, providerId, reply } = delivery;
  const isReal = next.state === 'sent' && provider !== 'capture';
  const count = await work.tx.$executeRaw`
    UPDATE "Message" SET state = ${next.state}::"MessageState", reply = ${reply}, provider = ${provider},
      "providerId" = ${providerId}, "attemptCount" = "attemptCount" - ${next.uncount ? 1 : 0}::int,
      "notBefore" = CASE WHEN ${next.pause}::float8 IS NULL THEN "notBefore"
        ELSE now() + ${next.pause ?? 0}::float8 * interval '1 second' END,
      "claimedBy" = CASE WHEN ${next.state} = 'queued' THEN NULL ELSE "claimedBy" END,
      "claimedAt" = CASE WHEN ${next.state} = 'queued' THEN NULL ELSE "claimedAt" END,
      "sentAt" = CASE WHEN ${next.state} = 'sent' THEN now() ELSE NULL END,
      secrets = CASE WHEN ${isReal} THEN NULL ELSE secrets END
    WHERE id = ${message.id} AND (("claimedBy" = ${message.token} AND state IN ('sending', 'unknown'))
      OR (${next.state} = 'sent' AND state = 'queued' AND "claimedBy" IS NULL))`;
  return count > 0;
}

async function writeAttempt(work: Work, messageId: string, delivery: Delivery): Promise<void> {
  if ((await work.tx.message.count({ where: { id: messageId } })) === 0) return;
  await work.tx.messageAttempt.create({ data: { messageId, result: delivery.kind, reply: delivery.reply } });
}
