// Which message leaves next, and when: a claim and its place in the global rate are taken in one transaction.
// Its rule: never two claims within one interval over all instances, never one message claimed twice.

import { randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Core } from '../core.ts';
import { alarmBudget, claimableParts, takeParts } from './budget.ts';
import type { Channel, ClaimedMessage, Message } from './delivery.ts';
import { endOfQuiet } from './quiet-hours.ts';
import { silenceKey } from './restored.ts';

/** What a look at the queue gives: messages to send, or how long to wait, in milliseconds. */
export type Claim = { messages: ClaimedMessage[] } | { waitMs: number };

const idle = 1_000;
const capturedAtOnce = 4;

/** The clock's key of the server that a mail goes through. */
export function serverKey(mailAccountId: string | null): string {
  return mailAccountId === null ? 'smtp' : `account:${mailAccountId}`;
}

/** The clock's key of a channel's usual way out. */
export function usualServer(core: Core, channel: Channel): string {
  if (channel === 'email') return serverKey(null);
  return channel === 'sms' ? `sms:${core.config.sms.provider}` : channel;
}

/** Tells whether a channel has no way out: its messages are kept and read in the panel. */
export function isCaptured(core: Core, channel: string): boolean {
  if (channel === 'email') return !core.config.smtpUrl;
  return channel === 'sms' && core.config.sms.provider === 'capture';
}

/** Claims what may leave now: captured messages in a batch, real ones one at a time by the channel's rate. */
export async function claimMessages(core: Core, channel: Channel = 'email'): Promise<Claim> {
  if (isCaptured(core, channel)) {
    const captured = await claimCaptured(core, channel);
    if (captured.length > 0) return { messages: captured };
    if (channel !== 'email') return { waitMs: idle };
  }
  const client = await core.database.pool.connect();
  try {
    await client.query('BEGIN');
    const claim = await claimByClock(core, client, channel);
    await client.query('COMMIT');
    return claim;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

async function claimByClock(core: Core, client: PoolClient, channel: Channel): Promise<Claim> {
  const clock = await client.query<{ wait: number }>(
    `SELECT extract(epoch FROM "nextAt" - clock_timestamp())::float8 * 1000 AS wait
     FROM "SendingClock" WHERE key = $1 FOR UPDATE`,
    [channel],
  );
  const wait = clock.rows[0]?.wait;
  if (wait === undefined) {
    await startClock(client, channel);
    return claimByClock(core, client, channel);
  }
  if (wait > 0) return { waitMs: wait };
  // Statements of their own after the lock: they must see what the holder before us has committed.
  const left = channel === 'sms' && !isCaptured(core, channel) ? await claimableParts(client) : null;
  const { rows } = await client.query<Message & { pauseSeconds: number | null }>(claimSql, [
    claimToken(core),
    channel,
    isCaptured(core, channel),
    isQuiet(core),
    usualServer(core, channel),
    left,
  ]);
  const message = rows[0];
  if (!message) {
    if (left !== null && (await isHeldByBudget(client, left))) await alarmBudget(core);
    return { waitMs: idle };
  }
  if (channel === 'sms' && !isCaptured(core, channel)) await takeParts(client, message.parts);
  await tick(client, channel, 1 / rateOf(core, channel));
  if (message.pauseSeconds) await tick(client, serverKey(message.mailAccountId), message.pauseSeconds);
  return { messages: [withToken(message)] };
}

function rateOf({ config }: Core, channel: Channel): number {
  return { email: config.mailRate, sms: config.sms.rate, webhook: config.webhookRate }[channel];
}

// Tries made again, or messages made just before the quiet hours, must not leave in them either.
function isQuiet({ config }: Core): boolean {
  return endOfQuiet(config.quietHours, new Date()) !== undefined;
}

async function isHeldByBudget(client: PoolClient, left: number): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT 1 FROM "Message" WHERE state = 'queued' AND channel = 'sms' AND "notBefore" <= now() AND parts > $1 LIMIT 1`,
    [left],
  );
  return rows.length > 0;
}

// $1 our token, $2 the channel, $3 whether only messages with an account of their own go to a server, $4 whether only what is
// urgent leaves, $5 the clock of the channel's usual server, $6 how many parts may still leave (null: any number).
const claimSql = `UPDATE "Message" m SET state = 'sending', "claimedBy" = $1, "claimedAt" = clock_timestamp(), "attemptCount" = m."attemptCount" + 1
    FROM (
      SELECT n.id, a."pauseSeconds" FROM "Message" n LEFT JOIN "MailAccount" a ON a.id = n."mailAccountId"
      WHERE n.state = 'queued' AND n.channel = $2 AND n."notBefore" <= now()
        AND (n."mailAccountId" IS NOT NULL OR NOT $3) AND (n."isUrgent" OR NOT $4) AND ($6::int IS NULL OR n.parts <= $6)
        AND NOT EXISTS (SELECT 1 FROM "SendingClock" k
          WHERE k.key = coalesce('account:' || n."mailAccountId", $5) AND k."nextAt" > clock_timestamp())
        AND NOT EXISTS (SELECT 1 FROM "Run" r WHERE r.id = n."runId" AND r.state IN ('paused', 'cancelled'))
      AND NOT EXISTS (SELECT 1 FROM "Setting" WHERE key = '${silenceKey}')
      ORDER BY n."notBefore", n.id LIMIT 1 FOR UPDATE OF n SKIP LOCKED
    ) next WHERE m.id = next.id RETURNING m.*, next."pauseSeconds"`;

async function claimCaptured(core: Core, channel: Channel): Promise<ClaimedMessage[]> {
  const { rows } = await core.database.pool.query<Message>(
    `UPDATE "Message" m SET state = 'sending', "claimedBy" = $1, "claimedAt" = clock_timestamp(), "attemptCount" = m."attemptCount" + 1
     FROM (
       SELECT n.id FROM "Message" n
       WHERE n.state = 'queued' AND n.channel = $2 AND n."notBefore" <= now() AND n."mailAccountId" IS NULL
         AND (n."isUrgent" OR NOT $3)
         AND NOT EXISTS (SELECT 1 FROM "Run" r WHERE r.id = n."runId" AND r.state IN ('paused', 'cancelled'))
      AND NOT EXISTS (SELECT 1 FROM "Setting" WHERE key = '${silenceKey}')
       ORDER BY n."notBefore", n.id LIMIT ${capturedAtOnce} FOR UPDATE OF n SKIP LOCKED
     ) next WHERE m.id = next.id RETURNING m.*`,
    [claimToken(core), channel, isQuiet(core)],
  );
  return rows.map(withToken);
}

function claimToken(core: Core): string {
  return `${core.instanceId}/${randomUUID()}`;
}

function withToken(message: Message): ClaimedMessage {
  return { ...message, token: message.claimedBy as string };
}

// With the connection at hand: loops that each wait for a second one would wait for each other for ever.
async function startClock(client: PoolClient, channel: Channel): Promise<void> {
  await client.query(
    `INSERT INTO "SendingClock" (key, "nextAt") VALUES ($1, now() - interval '1 second') ON CONFLICT DO NOTHING`,
    [channel],
  );
}

async function tick(client: PoolClient, key: string, seconds: number): Promise<void> {
  await client.query(
    `INSERT INTO "SendingClock" (key, "nextAt") VALUES ($1, clock_timestamp() + $2 * interval '1 second')
     ON CONFLICT (key) DO UPDATE SET "nextAt" = excluded."nextAt"`,
    [key, seconds],
  );
}

/** Lets no message go to a server for so many seconds: it is out of reach, or refuses our login. */
export async function pauseServer(core: Core, key: string, seconds: number): Promise<void> {
  await core.database.pool.query(
    `INSERT INTO "SendingClock" (key, "nextAt") VALUES ($1, clock_timestamp() + $2 * interval '1 second')
     ON CONFLICT (key) DO UPDATE SET "nextAt" = greatest("SendingClock"."nextAt", excluded."nextAt")`,
    [key, seconds],
  );
}
