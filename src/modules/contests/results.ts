// Telling participants the results by SMS or mail. The rule: each is told once; a message that may have left is looked at by a person.
import {
  type Core,
  endOfQuiet,
  type Preview,
  partsOf,
  phrase,
  previewMail,
  previewSms,
  type RowWith,
  type Skip,
  skip,
  smsPartsLeft,
  type Where,
  type Work,
} from '../../core/index.ts';
import { measureSms } from '../../lib/sms-segments.ts';
import { lockParticipant } from './hand-over.ts';
import { type ResultData, resultMail, resultSms } from './mails.ts';

/** How somebody is told. */
export type Channel = 'sms' | 'email';

/** What the news needs beside the participant. */
export const withPrize = { contest: true, winner: true } as const;
type Told = RowWith<'Participant', typeof withPrize>;

const measured = 2_000;

function dataFor(core: Core, { contest, winner }: Told): ResultData {
  const query = contest.isCurrent ? '' : `?contest=${contest.slug}`;
  return {
    contest: contest.title,
    prize: winner?.prize ?? '',
    page: `${core.config.publicUrl}/contests/winners${query}`,
  };
}

/** Puts the news of the results in the outbox; skips with the reason who was told, or is being told. */
export async function tellResult(work: Work, id: string, runId: string, channel: Channel): Promise<Skip | undefined> {
  if (!(await lockParticipant(work, id))) return skip('does not exist any more');
  const participant = await work.tx.participant.findUniqueOrThrow({ where: { id }, include: withPrize });
  if (participant.notice === 'sent') return skip('was told already');
  if (participant.notice === 'waiting') return skip('is being told');
  if (participant.notice === 'unknown') return skip('may have been told already');
  const common = {
    language: participant.language,
    record: { resource: 'Participant', id },
    idempotencyKey: `contests.result:${id}:${runId}`,
  };
  const data = dataFor(work.core, participant);
  const noticeId =
    channel === 'sms'
      ? await work.text(resultSms, { ...common, to: participant.phone, data })
      : await work.send(resultMail, {
          ...common,
          to: { address: participant.email, name: `${participant.firstName} ${participant.secondName}` },
          data: { ...data, name: participant.firstName },
        });
  await work.tx.participant.update({ where: { id }, data: { notice: 'waiting', noticeId, noticeProblem: null } });
  return undefined;
}

/** Shows what one participant would get: the text as it leaves, its parts, what it costs. */
export async function previewResult(core: Core, participant: Told, channel: Channel): Promise<Preview> {
  const { language, email, phone, firstName } = participant;
  const data = dataFor(core, participant);
  if (channel === 'email')
    return {
      summary: `The results go to ${email}`,
      message: await previewMail(core, resultMail, {
        to: { address: email },
        language,
        data: { ...data, name: firstName },
      }),
    };
  const message = await previewSms(core, resultSms, { to: phone, language, data });
  const { encoding, units, segments, perSegment } = measureSms(message.text);
  const cost = await costOf(core, segments);
  const room = segments * perSegment;
  const summary = phrase(
    `The results go to ${phone} (${segments} ${segments === 1 ? 'part' : 'parts'}, ${encoding}, ${units} of ${room}${cost ? `, ${cost}` : ''})`,
  );
  return { summary, message };
}

async function costOf(core: Core, parts: number): Promise<string> {
  const budget = await core.db.smsBudget.findUnique({ where: { id: 'sms' } });
  if (!budget?.pricePerPart) return '';
  return `${budget.pricePerPart.mul(parts).toFixed(2)} ${budget.currency}`.trim();
}

/** Says what telling all of them would cost, what is left of the budget, and when the messages leave. */
export async function resultOverview(
  core: Core,
  where: Where<'Participant'>,
  count: number,
  channel: Channel,
): Promise<string[]> {
  const quiet = endOfQuiet(core.config.quietHours, new Date());
  const waits = quiet ? [phrase(`It is quiet time: the messages leave from ${clock(core, quiet)} on.`)] : [];
  if (channel === 'email') return waits;
  const { parts, unicode, looked } = await measure(core, where);
  const total = looked < count ? Math.round((parts / looked) * count) : parts;
  const cost = await costOf(core, total);
  const left = await smsPartsLeft(core);
  const budget = left === undefined ? [] : [phrase(`${left} parts are left of this month’s budget.`)];
  const over =
    left !== undefined && total > left
      ? [phrase('That is not enough: the rest waits until the budget is raised.')]
      : [];
  return [
    phrase(
      `${looked < count ? 'About ' : ''}${count} text messages in ${total} parts${cost ? `, ${cost}` : ''}; ${unicode} of ${looked} have letters beyond the alphabet of SMS (70 signs a part instead of 160).`,
    ),
    ...budget,
    ...over,
    ...waits,
  ];
}

// Texts repeat: each is rendered once, however many get it.
async function measure(core: Core, where: Where<'Participant'>) {
  const rows = await core.db.participant.findMany({
    where,
    include: withPrize,
    take: measured,
    orderBy: { id: 'asc' },
  });
  const sizes = new Map<string, { parts: number; isUnicode: boolean }>();
  let parts = 0;
  let unicode = 0;
  for (const row of rows) {
    const data = dataFor(core, row);
    const key = JSON.stringify([row.language, data]);
    const size = sizes.get(key) ?? (await sizeOf(core, row, data));
    sizes.set(key, size);
    parts += size.parts;
    unicode += size.isUnicode ? 1 : 0;
  }
  return { parts, unicode, looked: Math.max(1, rows.length) };
}

async function sizeOf(core: Core, { phone, language }: Told, data: ResultData) {
  const { text } = await previewSms(core, resultSms, { to: phone, language, data });
  return { parts: partsOf(text), isUnicode: measureSms(text).encoding === 'UCS-2' };
}

function clock(core: Core, at: Date): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: core.config.timeZone, timeStyle: 'short' }).format(at);
}
