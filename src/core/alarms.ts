// Alarms: rows that staff should look at. The rule: one open row a thing; while it lasts it counts up instead of filling the list.
import type { Transaction } from './model.ts';

/** Raises an alarm, or counts up the open one of the same key. */
export async function raiseAlarm(tx: Transaction, alarm: { key: string; summary: string }): Promise<void> {
  const summary = alarm.summary.slice(0, 500);
  await tx.$executeRaw`
    INSERT INTO "Alarm" (id, key, summary) VALUES (gen_random_uuid()::text, ${alarm.key}, ${summary})
    ON CONFLICT (key) WHERE "endedAt" IS NULL
    DO UPDATE SET count = "Alarm".count + 1, "lastAt" = now(), summary = excluded.summary`;
}

/** Ends the open alarm of a key, if there is one: what was wrong is over. */
export async function endAlarm(tx: Transaction, key: string): Promise<void> {
  await tx.alarm.updateMany({ where: { key, endedAt: null }, data: { endedAt: new Date(), endedBy: 'Steward' } });
}
