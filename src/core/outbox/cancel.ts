// What staff do to single messages, and how the waiting messages of a cancelled run are withdrawn.
// The rule: only a message that cannot be on its way is touched.
import { z } from 'zod';
import { systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import { createWork } from '../database/transaction.ts';
import { conflict, notFound } from '../errors.ts';
import { job } from '../job.ts';
import { phrase } from '../words/catalogue.ts';
import type { Work } from '../work.ts';
import { callSettled } from './settle.ts';

const chunk = 100;

/** Withdraws the waiting messages of a cancelled run, each with its mail's callback. */
export const cancelMessagesOfRun = job({
  name: 'core.cancel-messages',
  data: z.object({ runId: z.string() }),
  async run(core, { runId }, { signal }) {
    for (;;) {
      signal.throwIfAborted();
      const count = await core.transaction(systemActor, (work) => cancelSome(core, work, runId), { timeoutMs: 60_000 });
      if (count < chunk) return;
    }
  },
});

async function cancelSome(core: Core, work: Work, runId: string): Promise<number> {
  const rows = await work.tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM "Message" WHERE "runId" = ${runId} AND state = 'queued'
    ORDER BY id LIMIT ${chunk}::int FOR UPDATE SKIP LOCKED`;
  for (const { id } of rows) await withdraw(core, work, id, phrase('The run was cancelled.'));
  return rows.length;
}

/** Queues a failed, unknown or cancelled message once more with fresh tries. Throws conflict in any other state, or when its personal link is gone. */
export async function resendMessage(work: Work, messageId: string): Promise<void> {
  const message = await find(work, messageId);
  // A message of a cancelled run would wait for ever: from now on it is on its own.
  const isAlone = (await work.tx.run.count({ where: { id: message.runId ?? '', state: { not: 'cancelled' } } })) === 0;
  const { count } = await work.tx.message.updateMany({
    where: { id: messageId, state: { in: ['failed', 'unknown', 'cancelled', 'bounced'] } },
    data: {
      state: 'queued',
      attemptCount: 0,
      claimedBy: null,
      claimedAt: null,
      reply: null,
      ...(isAlone ? { runId: null } : {}),
    },
  });
  if (count === 0)
    throw conflict(`This message is ${message.state}; only a failed, unknown, cancelled or bounced one is sent again.`);
  await work.audit({
    kind: 'action',
    summary: `Sends a message again that was ${message.state}`,
    ...recordOf(messageId),
  });
}

/** Withdraws a waiting message. Throws conflict when it is on its way or has ended. */
export async function cancelMessage(work: Work, messageId: string): Promise<void> {
  await find(work, messageId);
  if (!(await withdraw(work.core, work, messageId, phrase(`Withdrawn by ${work.actor.name}.`))))
    throw conflict('This message is not waiting any more.');
  await work.audit({ kind: 'action', summary: 'Withdrew a waiting message', ...recordOf(messageId) });
}

/** Marks an unknown or failed message as sent, by a person who knows. Throws conflict in any other state. */
export async function markMessageSent(work: Work, messageId: string): Promise<void> {
  const message = await find(work, messageId);
  const reply = phrase(`Marked as sent by ${work.actor.name}.`);
  const { count } = await work.tx.message.updateMany({
    where: { id: messageId, state: { in: ['unknown', 'failed'] } },
    data: { state: 'sent', sentAt: new Date(), reply, secrets: null },
  });
  if (count === 0) throw conflict(`This message is ${message.state}; only an unknown or failed one can be marked.`);
  await work.tx.messageAttempt.create({ data: { messageId, result: 'marked', reply } });
  await callSettled(work.core, asSteward(work), message, 'sent', reply);
  await work.audit({
    kind: 'action',
    summary: `Marked a message as sent that was ${message.state}`,
    ...recordOf(messageId),
  });
}

async function withdraw(core: Core, work: Work, messageId: string, reply: string): Promise<boolean> {
  const { count } = await work.tx.message.updateMany({
    where: { id: messageId, state: 'queued' },
    data: { state: 'cancelled', reply },
  });
  if (count === 0) return false;
  const message = await work.tx.message.findUniqueOrThrow({ where: { id: messageId } });
  await callSettled(core, asSteward(work), message, 'cancelled', reply);
  return true;
}

async function find(work: Work, id: string) {
  const message = await work.tx.message.findUnique({ where: { id } });
  if (!message) throw notFound('This message does not exist.');
  return message;
}

// A mail's callback is Steward's own doing, whoever pressed the button.
function asSteward(work: Work): Work {
  return createWork(work.core, work.tx, systemActor, work.runId);
}

function recordOf(messageId: string) {
  return { resource: 'Message', recordId: messageId };
}
