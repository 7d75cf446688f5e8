// One transaction with everything that commits together with it: rows, messages, jobs, audit entries.
// Its rule: whatever the database complains of leaves here in our own family of errors.
import type { Actor } from '../access.ts';
import type { Core } from '../core.ts';
import { addJob } from '../jobs/add.ts';
import type { Transaction } from '../model.ts';
import { enqueueMail, enqueuePost, enqueueSms } from '../outbox/compose.ts';
import { wakeDelivery } from '../outbox/wake.ts';
import { writeAudit } from '../records/audit.ts';
import type { Work } from '../work.ts';
import { mapDatabaseError } from './database.ts';

const usualTimeout = 15_000;

/** Builds `core.transaction`: read committed, done within 15 s unless said otherwise. */
export function createTransactions(core: Core): Core['transaction'] {
  return async (actor, fn, options = {}) => {
    const after = { send: false };
    try {
      const result = await core.database.prisma.$transaction(
        (tx) => fn(createWork(core, tx, actor, options.runId ?? null, after)),
        { timeout: options.timeoutMs ?? usualTimeout },
      );
      if (after.send) wakeDelivery(core.instanceId);
      return result;
    } catch (error) {
      throw mapDatabaseError(error) ?? error;
    }
  };
}

/** Binds outbox, queue and audit to an open transaction; `after.send` is set once a message waits for the commit. */
export function createWork(
  core: Core,
  tx: Transaction,
  actor: Actor,
  runId: string | null,
  after: { send: boolean } = { send: false },
): Work {
  return {
    tx,
    core,
    actor,
    runId,
    async send(mail, message) {
      after.send = true;
      return enqueueMail(core, tx, runId, mail, message);
    },
    async text(sms, message) {
      after.send = true;
      return enqueueSms(core, tx, runId, sms, message);
    },
    async post(webhook, message) {
      after.send = true;
      return enqueuePost(core, tx, runId, webhook, message);
    },
    async enqueue(job, data, options = {}) {
      job.data.parse(data);
      await addJob(tx, job.name, data, { ...options, maxAttempts: job.maxAttempts });
    },
    async audit(entry) {
      await writeAudit(tx, actor, runId, entry);
    },
  };
}
