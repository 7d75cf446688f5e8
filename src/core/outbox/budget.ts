// What SMS may cost in a month. The rule: parts are taken from the month under the channel's clock before a message leaves and given back
// only when it surely did not, so that the budget is never exceeded, by any number of instances.
import type { PoolClient } from 'pg';
import { measureSms } from '../../lib/sms-segments.ts';
import { raiseAlarm } from '../alarms.ts';
import type { Core } from '../core.ts';
import type { Row, Transaction } from '../model.ts';
import { clockTime } from '../records/days.ts';
import { phrase } from '../words/catalogue.ts';
import type { Delivery } from './delivery.ts';

/** What SMS may cost, as staff have set it. */
export type SmsBudget = Row<'SmsBudget'>;

const alarmKey = 'sms-budget';
const sizeOfSecret = 12;

/** Counts the parts of a text whose placeholders stand for secrets of a dozen characters. */
export function partsOf(text: string): number {
  return measureSms(text.replace(/\[\[secret:\w+:[0-9a-f]{16}\]\]/g, '0'.repeat(sizeOfSecret))).segments;
}

/** Returns the month that an instant lies in, as 2026-11, in the installation's zone. */
export function monthOf(at: Date): string {
  return clockTime(at).slice(0, 7);
}

/** Returns how many parts may still leave this month; undefined where there is no budget, or nothing is charged. */
export async function smsPartsLeft(core: Core, now = new Date()): Promise<number | undefined> {
  if (core.config.sms.provider === 'capture') return undefined;
  return partsLeft(core.db, now);
}

async function partsLeft(tx: Transaction, now: Date): Promise<number | undefined> {
  const budget = await tx.smsBudget.findUnique({ where: { id: 'sms' } });
  if (budget?.monthlyParts === undefined || budget.monthlyParts === null) return undefined;
  const month = await tx.smsMonth.findUnique({ where: { id: monthOf(now) } });
  return Math.max(0, budget.monthlyParts - (month?.parts ?? 0));
}

/** Raises the alarm that the month's SMS are used up. */
export async function alarmBudget(core: Core): Promise<void> {
  const summary = phrase(
    'The monthly budget of SMS is used up: text messages wait until it is raised or the month is over.',
  );
  await raiseAlarm(core.db, { key: alarmKey, summary });
}

/** Returns how many parts may leave, for the claim that holds the channel's clock. */
export async function claimableParts(client: PoolClient): Promise<number | null> {
  const { rows } = await client.query<{ left: number | null }>(
    `SELECT greatest(0, b."monthlyParts" - coalesce(m.parts, 0)) AS left
     FROM "SmsBudget" b LEFT JOIN "SmsMonth" m ON m.id = $1 WHERE b.id = 'sms' AND b."monthlyParts" IS NOT NULL`,
    [monthOf(new Date())],
  );
  return rows[0]?.left ?? null;
}

/** Takes the parts of a claimed message from the month. */
export async function takeParts(client: PoolClient, parts: number): Promise<void> {
  await client.query(
    `INSERT INTO "SmsMonth" (id, parts) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET parts = "SmsMonth".parts + excluded.parts`,
    [monthOf(new Date()), parts],
  );
}

/** Gives the parts of a message back that surely did not leave. */
export async function giveBackParts(
  tx: Transaction,
  message: { channel: string; parts: number; claimedAt: Date | null },
  { kind, provider }: Delivery,
): Promise<void> {
  if (message.channel !== 'sms' || provider === 'capture' || kind === 'accepted' || kind === 'uncertain') return;
  const id = monthOf(message.claimedAt ?? new Date());
  await tx.smsMonth.updateMany({ where: { id }, data: { parts: { decrement: message.parts } } });
}
