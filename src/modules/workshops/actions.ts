// What staff do with many records at once: open, close, export, print, mail, register. What concerns single places is in place-actions.ts.
import { z } from 'zod';
import { action, type Core, previewMail, type Row, sheetPdf, skip, type Work } from '../../core/index.ts';
import { listBook, listHeader, writeList } from './attendee-list.ts';
import { renewKey } from './attendees.ts';
import { lineTime, readSchedule } from './calendar.ts';
import { setAvailable } from './events.ts';
import { openedKey } from './login-keys.ts';
import { keyMail, scheduleMail } from './mails.ts';
import { attendanceSheets, keySheets, type PrintedSchedule, scheduleSheets } from './paper.ts';
import { reason } from './place-actions.ts';
import { changeRegistrations } from './registering.ts';
import { fileWords, registrationsBook, spreadsheetType } from './registrations-file.ts';

const manage = 'workshops:manage';
const keys = 'workshops:keys';
const pdf = 'application/pdf';
const withEvent = { event: true } as const;
const hasMail = { where: { email: { not: null } }, otherwise: 'has no e-mail address' };
const hasKey = { where: { identityHash: { not: null } }, otherwise: 'has no login key' };

const openEvents = action('WorkshopEvent', {
  name: 'open',
  label: { one: 'Open registration', many: 'Open {count} events' },
  description: 'People can register from now on.',
  permission: manage,
  icon: 'Unlock',
  eligible: [{ where: { OR: [{ available: false }, { available: null }] }, otherwise: 'is open already' }],
  each: async (row, { work }) => done(setAvailable(work, row.id, true)),
});

const closeEvents = action('WorkshopEvent', {
  name: 'close',
  label: { one: 'Close', many: 'Close {count} events' },
  description: 'Nobody can register any more; staff still can.',
  permission: manage,
  icon: 'Lock',
  eligible: [{ where: { available: true }, otherwise: 'is not open' }],
  each: async (row, { work }) => done(setAvailable(work, row.id, false)),
});

async function done(step: Promise<unknown>): Promise<undefined> {
  await step;
  return undefined;
}

const exportRegistrations = action('WorkshopEvent', {
  name: 'export-registrations',
  label: { one: 'Export registrations', many: 'Export registrations of {count} events' },
  description: 'An Excel workbook with one sheet per workshop.',
  permission: 'workshops:export',
  icon: 'Download',
  form: z.object({
    overview: z.boolean().default(true).meta({ label: 'A first sheet with all workshops' }),
    attendance: z.boolean().default(false).meta({ label: 'A column to tick who is there' }),
  }),
  async all(rows, { work, form }) {
    const events: Row<'WorkshopEvent'>[] = [];
    for await (const one of rows) events.push(one);
    const options = { hasOverview: form.overview, hasAttendance: form.attendance };
    return { name: 'inschrijvingen.xlsx', type: spreadsheetType, content: registrationsBook(work.tx, events, options) };
  },
});

const printAttendance = action('Workshop', {
  name: 'print-attendance',
  label: { one: 'Print attendance list', many: 'Print {count} attendance lists' },
  description: 'A PDF; each workshop begins on a new page.',
  permission: 'workshops:export',
  icon: 'Printer',
  include: {
    event: true,
    registrations: { include: { attendee: { select: { fullName: true, userClass: true } } } },
  },
  async all(rows) {
    const lists = [];
    let language = 'nl';
    for await (const { registrations, event, ...one } of rows) {
      language = event.language;
      const people = registrations.map(({ attendee }) => ({ name: attendee.fullName, userClass: attendee.userClass }));
      lists.push({ ...one, people: people.sort(byName), words: fileWords(language) });
    }
    return {
      name: 'attendance.pdf',
      type: pdf,
      content: sheetPdf(attendanceSheets(lists), { title: 'Attendance', language }),
    };
  },
});

function byName(a: { name: string }, b: { name: string }): number {
  return a.name.localeCompare(b.name, 'nl');
}

const printKeys = action('Attendee', {
  name: 'print-keys',
  label: { one: 'Print login key', many: 'Print {count} login keys' },
  description:
    'A PDF with a key and a QR code for each person; each class begins on a new page. The audit keeps who printed it.',
  permission: keys,
  icon: 'Printer',
  include: withEvent,
  eligible: [hasKey],
  reading: { chunk: 500 },
  async all(rows, { core }) {
    const cards = [];
    for await (const { fullName: name, userClass, event, identitySealed } of rows)
      cards.push({ name, userClass, event: event.name, key: openedKey(core, identitySealed) ?? '' });
    const content = sheetPdf(keySheets(core, cards.sort(byName)), { title: 'Login keys' });
    return { name: 'login-keys.pdf', type: pdf, content, audit: { keys: cards.length } };
  },
});

const exportList = action('Attendee', {
  name: 'export-list',
  label: { one: 'Export list with key', many: 'Export list of {count} people with keys' },
  description: `The list that can be brought in again: ${listHeader}.`,
  permission: keys,
  icon: 'FileText',
  form: z.object({
    format: z
      .enum(['csv', 'xlsx'])
      .default('csv')
      .meta({ label: 'Kind of file', labels: { csv: 'CSV, as the old program reads it', xlsx: 'Excel workbook' } }),
  }),
  reading: { chunk: 500 },
  async all(rows, { core, form }) {
    const people: Row<'Attendee'>[] = [];
    for await (const one of rows) people.push(one);
    people.sort((a, b) => a.number - b.number);
    if (form.format === 'xlsx')
      return { name: 'studenten.xlsx', type: spreadsheetType, content: listBook(core, people) };
    return { name: 'studenten.csv', type: 'text/csv; charset=utf-8', content: Buffer.from(writeList(core, people)) };
  },
});

const renewKeys = action('Attendee', {
  name: 'renew-keys',
  label: { one: 'Make a new login key', many: 'Make {count} new login keys' },
  description: 'The present key ends at once, and whoever is signed in with it must sign in again.',
  permission: keys,
  icon: 'Key',
  danger: true,
  preview: (row) => ({ summary: `${row.fullName} gets a new key` }),
  each: async (row, { work }) => done(renewKey(work, row)),
});

const mailKeys = action('Attendee', {
  name: 'mail-keys',
  label: { one: 'Mail login key', many: 'Mail {count} login keys' },
  permission: keys,
  icon: 'Mail',
  inBatches: true,
  sends: true,
  include: withEvent,
  eligible: [hasMail, hasKey],
  preview: async (row, { core }) => ({
    summary: `The key goes to ${row.email}`,
    message: await previewMail(core, keyMail, keyMessage(core, row, '••••••••••')),
  }),
  async each(row, { work, core, runId }) {
    const message = keyMessage(core, row, openedKey(core, row.identitySealed) ?? '');
    await work.send(keyMail, { ...message, idempotencyKey: `workshops.key:${runId}:${row.id}` });
    return undefined;
  },
});

type WithEvent = Row<'Attendee'> & { event: Row<'WorkshopEvent'> };

const pageOf = (core: Core) => `${core.config.publicUrl}/workshops/`;

function keyMessage(core: Core, { id, fullName, email, event }: WithEvent, key: string) {
  return {
    to: { address: email ?? '', name: fullName },
    language: event.language,
    data: { name: fullName, event: event.name, page: pageOf(core) },
    secrets: { key },
    record: { resource: 'Attendee', id },
  };
}

const mailSchedules = action('Attendee', {
  name: 'mail-schedules',
  label: { one: 'Mail schedule', many: 'Mail {count} schedules' },
  permission: manage,
  icon: 'Send',
  inBatches: true,
  sends: true,
  include: withEvent,
  eligible: [hasMail, { where: { registrations: { some: {} } }, otherwise: 'has no registration' }],
  preview: async (row, { core }) => ({
    summary: `The schedule goes to ${row.email}`,
    message: await previewMail(core, scheduleMail, await scheduleMessage(core, core.db, row)),
  }),
  async each(row, { work, core, runId }) {
    const message = await scheduleMessage(core, work.tx, row);
    await work.send(scheduleMail, { ...message, idempotencyKey: `workshops.schedule:${runId}:${row.id}` });
    return undefined;
  },
});

async function scheduleMessage(core: Core, db: Core['db'], row: WithEvent) {
  const schedule = await readSchedule(db, row);
  return {
    to: { address: row.email ?? '', name: row.fullName },
    language: row.event.language,
    data: {
      name: row.fullName,
      event: row.event.name,
      lines: schedule.map((one) => ({
        moment: one.workshop.moment,
        workshop: one.workshop.title,
        room: one.workshop.room,
        time: lineTime(core, one, row.event.language),
      })),
      page: pageOf(core),
    },
    record: { resource: 'Attendee', id: row.id },
  };
}

const printSchedules = action('Attendee', {
  name: 'print-schedules',
  label: { one: 'Print schedule', many: 'Print {count} schedules' },
  description: 'A PDF with three people on a page, to be cut apart.',
  permission: 'workshops:export',
  icon: 'FileText',
  include: withEvent,
  async all(rows, { core, work }) {
    const slips: PrintedSchedule[] = [];
    for await (const row of rows) {
      const { event } = row;
      slips.push({
        name: row.fullName,
        userClass: row.userClass,
        event: event.name,
        lines: await readSchedule(work.tx, row),
        timeOf: (line) => lineTime(core, line, event.language),
      });
    }
    const inOrder = slips.sort(
      (a, b) => a.userClass.localeCompare(b.userClass, 'nl', { numeric: true }) || byName(a, b),
    );
    return { name: 'schedules.pdf', type: pdf, content: sheetPdf(scheduleSheets(inOrder), { title: 'Schedules' }) };
  },
});

const noWorkshop = 'there is no such workshop';

const registerFor = action('Attendee', {
  name: 'register-for',
  label: { one: 'Register for …', many: 'Register {count} people for …' },
  description: 'Adds one workshop to what each has. All rules hold: group, moment, links, places.',
  permission: manage,
  icon: 'UserPlus',
  form: z.object({
    workshop: z.string().min(1, 'is missing').max(64).meta({ label: 'Workshop', reference: 'Workshop' }),
    reason,
  }),
  async preview(row, { form, core }) {
    const workshop = await core.db.workshop.findFirst({ where: { id: form.workshop, eventId: row.eventId } });
    return { summary: workshop ? `${row.fullName} also gets ${workshop.title} (${workshop.moment})` : noWorkshop };
  },
  async each(row, { work, form }) {
    const workshop = await work.tx.workshop.findUnique({ where: { id: form.workshop } });
    if (!workshop) return skip(noWorkshop);
    return done(register(work, row.id, workshop.id, form.reason));
  },
});

async function register(work: Work, attendeeId: string, workshopId: string, why: string): Promise<void> {
  const next = (current: readonly string[]) => (current.includes(workshopId) ? current : [...current, workshopId]);
  await changeRegistrations(work, attendeeId, next, { by: { staff: true, reason: why } });
}

/** The actions on events. */
export const eventActions = [openEvents, closeEvents, exportRegistrations];
/** The actions on workshops. */
export const workshopActions = [printAttendance];
/** The actions on people. */
export const attendeeActions = [registerFor, printKeys, mailKeys, printSchedules, mailSchedules, exportList, renewKeys];
