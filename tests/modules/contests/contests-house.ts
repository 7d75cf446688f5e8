// A whole Steward with the contests module for one test file, and what its tests do again and again: prove a phone, register, run an action.
import { randomUUID } from 'node:crypto';
import { systemActor } from '../../../src/core/index.ts';
import { renderMessage } from '../../../src/core/outbox/outbox.ts';
import { runAction } from '../../../src/core/runs/run.ts';
import { createContest } from '../../../src/modules/contests/contests.ts';
import contests from '../../../src/modules/contests/module.ts';
import { addParticipant } from '../../../src/modules/contests/registration.ts';
import { type House, openHouseOf } from '../../kit/house.ts';
import type { Visitor } from '../../kit/http.ts';

export type { House };

/** Opens the house with generous limits, so that a test meets only those that it sets itself. */
export function openHouse(settings: Record<string, string> = {}, options: { panel?: boolean } = {}): Promise<House> {
  return openHouseOf([contests], settings, options);
}

/** Makes a contest; the first one is current. Limits are wide unless a test narrows them. */
export async function makeContest(house: House, values: Record<string, unknown> = {}) {
  return house.core.transaction(systemActor, async (work) => {
    const { id } = await createContest(work, { title: 'City quiz', slug: `quiz-${randomUUID().slice(0, 8)}` });
    const wide = { phoneSeconds: 0, phonePerDay: 100, addressPerHour: 10_000, prefixPerHour: 10_000 };
    return work.tx.contest.update({ where: { id }, data: { ...wide, contestPerHour: 100_000, ...values } });
  });
}

/** The body of a registration; each number is another person. */
export function personWith(phone: string, values: Record<string, unknown> = {}) {
  return {
    first_name: 'Анна',
    second_name: 'Иванова',
    patronymic: 'Петровна',
    birthday: '20.05.1985',
    address: 'Петропавловск-Камчатский, ул. Ленинская, 1',
    email: `p${phone.replace(/\D/g, '')}@example.org`,
    phone,
    ...values,
  };
}

/** Returns the texts of the SMS to a number, the newest first, with their secrets. */
export async function smsTo(house: House, e164: string): Promise<string[]> {
  const rows = await house.core.db.message.findMany({
    where: { channel: 'sms', toAddress: e164 },
    orderBy: { id: 'desc' },
  });
  return rows.map((row) => renderMessage(house.core, row, { reveal: true }).text);
}

/** Returns the newest code that a number has got. */
export async function codeTo(house: House, e164: string): Promise<string> {
  for (const text of await smsTo(house, e164)) {
    const code = /: (\d{4,8})$/.exec(text)?.[1];
    if (code) return code;
  }
  throw new Error(`no code to ${e164}`);
}

/** Proves a phone through the API. */
export async function prove(house: House, visitor: Visitor, phone: string, e164: string): Promise<void> {
  await visitor.post('/api/participants/phone_verify/', { phone });
  await visitor.post('/api/participants/code/verify/', { phone, code: await codeTo(house, e164) });
}

/** Writes so many participants past the API. */
export async function addPeople(house: House, contestId: string, count: number, from = 0) {
  return house.core.transaction(
    systemActor,
    async (work) => {
      const made: { id: string; number: number }[] = [];
      for (let n = from; n < from + count; n += 1)
        made.push(await addParticipant(work, contestId, personNo(n), proven));
      return made;
    },
    { timeoutMs: 120_000 },
  );
}

const proven = { verifiedAt: new Date(), language: 'ru' };

/** Returns the n-th believable person. */
export function personNo(n: number) {
  return {
    firstName: `Имя${n}`,
    secondName: `Фамилия${n}`,
    patronymic: `Отчество${n}`,
    birthday: new Date('1985-05-20T00:00:00Z'),
    districtId: 41,
    address: `ул. Ленинская, ${n}`,
    email: `person${n}@example.org`,
    phone: `+7909${String(1_000_000 + n)}`,
  };
}

/** Runs an action on records to the end and returns its items. */
export async function runOn(house: House, action: string, ids: string[], form: object = {}) {
  const input = { selection: { ids }, form, idempotencyKey: randomUUID() };
  const { runId } = await runAction(house.core, systemActor, `contests.${action}`, input);
  return house.core.db.runItem.findMany({ where: { runId }, orderBy: { position: 'asc' } });
}
