// Proving a phone: a code by SMS, a few tries, and for an hour the proof. The rule: a code is kept as a keyed hash only, counts for its
// phone alone, and is good once; whether a phone is registered is told to nobody but its owner, by SMS.
import { randomUUID, timingSafeEqual } from 'node:crypto';
import {
  alarmBudget,
  type Core,
  hashToken,
  invalid,
  newCode,
  phrase,
  publicActor,
  raiseAlarm,
  smsPartsLeft,
  TooManyError,
  unavailable,
  type Work,
} from '../../core/index.ts';
import type { Contest } from './contests.ts';
import { codeSms, registeredSms } from './mails.ts';
import { readContestPhone } from './person-form.ts';
import { say } from './words.ts';

/** Who asks, as far as limits and words need it. */
export interface Caller {
  language: string;
  /** The key of the caller's address. */
  address: string;
}

const day = 86_400;
const digits = '0123456789';
const checking = { name: 'contests.check', points: 60, seconds: 600 };

/** Sends a code to a phone, or the news that it is registered; both look alike from outside. Throws invalid, too-many, unavailable. */
export async function requestCode(
  core: Core,
  contest: Contest,
  given: unknown,
  caller: Caller,
): Promise<'sent' | 'registered'> {
  const phone = mustBePhoneOf(contest, given, caller.language);
  if (!contest.isOpen) throw invalid(say(caller.language, 'closed'));
  await consumeLimits(core, contest, phone, caller);
  if ((await smsPartsLeft(core)) === 0) {
    await alarmBudget(core);
    throw unavailable(say(caller.language, 'smsOff'));
  }
  return core.transaction(publicActor, async (work) => {
    const known = await work.tx.participant.findUnique({
      where: { contestId_phone: { contestId: contest.id, phone } },
      select: { id: true },
    });
    if (!known) await sendCode(work, contest, phone, caller.language);
    else if (!contest.tellsRegistered) await sendKnown(work, contest, phone, caller.language);
    return known ? 'registered' : 'sent';
  });
}

function mustBePhoneOf(contest: Contest, given: unknown, language: string): string {
  const phone = readContestPhone(given, contest);
  if ('value' in phone) return phone.value;
  const isMissing = phone.fault === 'required' || phone.fault === 'blank';
  throw invalid(say(language, isMissing ? 'phoneMissing' : phone.fault));
}

// The narrowest first: whoever presses twice uses up nobody else's share.
async function consumeLimits(core: Core, contest: Contest, phone: string, caller: Caller): Promise<void> {
  const prefix = phone.slice(0, -4);
  const rules = [
    { name: 'contests.phone', points: 1, seconds: contest.phoneSeconds, key: phone },
    { name: 'contests.phone-day', points: contest.phonePerDay, seconds: day, key: phone },
    { name: 'contests.address', points: contest.addressPerHour, seconds: 3600, key: caller.address },
    { name: 'contests.prefix', points: contest.prefixPerHour, seconds: 3600, key: prefix, alarm: `${prefix}…` },
    { name: 'contests.all', points: contest.contestPerHour, seconds: 3600, key: '', alarm: '*' },
  ];
  for (const { key, alarm, ...rule } of rules.filter(({ seconds }) => seconds > 0)) {
    const refused = await core.limits.consume(rule, `${contest.id}:${key}`).catch((error: unknown) => error);
    if (refused === undefined) continue;
    if (alarm && refused instanceof TooManyError)
      await raiseAlarm(core.db, {
        key: `contests:${rule.name}:${contest.id}:${key}`,
        summary: phrase(
          `Too many codes are asked for (${contest.title}, ${alarm}): more than ${rule.points} an hour are not sent.`,
        ),
      });
    throw refused;
  }
}

async function sendCode(work: Work, contest: Contest, phone: string, language: string): Promise<void> {
  const { id: contestId, codeMinutes } = contest;
  const code = newCode(contest.codeLength, digits);
  const notAfter = new Date(Date.now() + codeMinutes * 60_000);
  const messageId = await work.text(codeSms, {
    to: phone,
    language,
    data: { contest: contest.title, minutes: codeMinutes },
    secrets: { code },
    idempotencyKey: `contests.code:${randomUUID()}`,
    notAfter,
  });
  const hash = codeHash(work.core, contestId, phone, code);
  // The database's clock alone says what is over. A proof that is still good stays: a new code is no reason to forget it.
  await work.tx.$executeRaw`
    INSERT INTO "PhoneVerification" (id, "contestId", phone, "codeHash", "expiresAt", "messageId", "updatedAt")
    VALUES (${randomUUID()}, ${contestId}, ${phone}, ${hash}, now() + ${codeMinutes}::int * interval '1 minute', ${messageId}, now())
    ON CONFLICT ("contestId", phone) DO UPDATE SET "codeHash" = excluded."codeHash", "expiresAt" = excluded."expiresAt",
      tries = 0, "messageId" = excluded."messageId", "updatedAt" = now()`;
}

async function sendKnown(work: Work, contest: Contest, phone: string, language: string): Promise<void> {
  await work.text(registeredSms, {
    to: phone,
    language,
    data: { contest: contest.title },
    idempotencyKey: `contests.registered:${randomUUID()}`,
    notAfter: new Date(Date.now() + contest.codeMinutes * 60_000),
  });
}

function codeHash(core: Core, contestId: string, phone: string, code: string): string {
  return hashToken(core.config.appKey, 'contests.code', `${contestId}:${phone}:${code}`);
}

/** Takes a code for a phone: true once, within its time and its tries. Throws too-many for an address that only guesses. */
export async function checkCode(
  core: Core,
  contest: Contest,
  given: { phone: unknown; code: unknown },
  caller: Caller,
): Promise<boolean> {
  await core.limits.consume(checking, `${contest.id}:${caller.address}`);
  const phone = readContestPhone(given.phone, contest);
  const code = typeof given.code === 'number' ? padded(given.code, contest.codeLength) : given.code;
  if (!('value' in phone) || typeof code !== 'string' || !/^\d{4,8}$/.test(code.trim())) return false;
  // The try is counted before anything is compared, in one statement: of many guesses at once no more than the allowed ones count.
  const rows = await core.db.$queryRaw<{ id: string; codeHash: string }[]>`
    UPDATE "PhoneVerification" SET tries = tries + 1, "updatedAt" = now()
    WHERE "contestId" = ${contest.id} AND phone = ${phone.value} AND "codeHash" IS NOT NULL
      AND "expiresAt" > now() AND tries < ${contest.codeTries}::int RETURNING id, "codeHash"`;
  const row = rows[0];
  if (!row || !isSame(row.codeHash, codeHash(core, contest.id, phone.value, code.trim()))) return false;
  const taken = await core.db.$executeRaw`
    UPDATE "PhoneVerification" SET "codeHash" = NULL, "verifiedAt" = now(), "updatedAt" = now()
    WHERE id = ${row.id} AND "codeHash" = ${row.codeHash}`;
  return taken > 0;
}

// A code sent as a number has lost its leading zeros.
function padded(code: number, length: number): string {
  return Number.isInteger(code) && code >= 0 ? String(code).padStart(length, '0') : '';
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Tells whether a phone was proven within the last hour. */
export async function isProven(core: Core, contestId: string, phone: string): Promise<boolean> {
  const rows = await core.db.$queryRaw<unknown[]>`
    SELECT 1 FROM "PhoneVerification" WHERE "contestId" = ${contestId} AND phone = ${phone}
      AND "verifiedAt" > now() - interval '1 hour'`;
  return rows.length > 0;
}

/** Uses up the proof of a phone within a registration; undefined when there is none (any more). Of two at once one gets it. */
export async function takeProof(work: Work, contestId: string, phone: string): Promise<Date | undefined> {
  const rows = await work.tx.$queryRaw<{ verifiedAt: Date }[]>`
    DELETE FROM "PhoneVerification" WHERE "contestId" = ${contestId} AND phone = ${phone}
      AND "verifiedAt" > now() - interval '1 hour' RETURNING "verifiedAt"`;
  return rows[0]?.verifiedAt;
}

/** Forgets what was never finished: verifications whose code and proof have been over for a day. Returns how many. */
export async function forgetVerifications(core: Core): Promise<number> {
  return core.db.$executeRaw`
    DELETE FROM "PhoneVerification" WHERE greatest("expiresAt", coalesce("verifiedAt", "createdAt")) < now() - interval '1 day'`;
}
