// The workbook of an event's registrations: one sheet per workshop, made while it is sent. Names of sheets are made valid by the core.
import type { Readable } from 'node:stream';
import {
  type CellRow,
  type Row,
  type Sheet,
  spreadsheetTypes,
  type Transaction,
  xlsxStream,
} from '../../core/index.ts';

/** The media type of a workbook. */
export const spreadsheetType = spreadsheetTypes.xlsx;

/** What the workbook has besides. */
export interface BookOptions {
  /** A first sheet with all workshops and their numbers. */
  hasOverview?: boolean;
  /** An empty column to tick who is there. */
  hasAttendance?: boolean;
}

const words = {
  nl: {
    name: 'Naam',
    group: 'Klas',
    there: 'Aanwezig',
    overview: 'Overzicht',
    workshop: 'Workshop',
    moment: 'Moment',
    taken: 'Ingeschreven',
    limit: 'Limiet',
    target: 'Doelgroep',
  },
  en: {
    name: 'Name',
    group: 'Class',
    there: 'Present',
    overview: 'Overview',
    workshop: 'Workshop',
    moment: 'Moment',
    taken: 'Registered',
    limit: 'Limit',
    target: 'Group',
  },
  zh: {
    name: '姓名',
    group: '班级',
    there: '到场',
    overview: '总览',
    workshop: '工作坊',
    moment: '时段',
    taken: '已报名',
    limit: '名额',
    target: '组别',
  },
  ru: {
    name: 'Имя',
    group: 'Класс',
    there: 'Явка',
    overview: 'Обзор',
    workshop: 'Мастер-класс',
    moment: 'Время',
    taken: 'Записано',
    limit: 'Мест',
    target: 'Группа',
  },
} as const;

/** Returns the words of the files in an event's language; Dutch where we do not speak it. */
export function fileWords(language: string) {
  return words[language as keyof typeof words] ?? words.nl;
}

const chunk = 500;

/** Streams the workbook of one or several events. */
export function registrationsBook(
  db: Transaction,
  events: readonly Row<'WorkshopEvent'>[],
  options: BookOptions = {},
): Readable {
  async function* sheets() {
    for (const event of events) yield* sheetsOf(db, event, options);
  }
  return xlsxStream(sheets());
}

async function* sheetsOf(db: Transaction, event: Row<'WorkshopEvent'>, options: BookOptions): AsyncGenerator<Sheet> {
  const say = fileWords(event.language);
  const workshops = await db.workshop.findMany({ where: { eventId: event.id }, orderBy: { number: 'asc' } });
  if (options.hasOverview)
    yield {
      name: say.overview,
      header: [say.workshop, say.moment, say.target, say.taken, say.limit],
      rows: workshops.map((one) => [one.title, one.moment, one.targetGroup, one.taken, one.limit]),
    };
  for (const { id, title } of workshops)
    yield {
      name: title,
      lead: [[title], []],
      header: [say.name, say.group, ...(options.hasAttendance ? [say.there] : [])],
      rows: peopleOf(db, id),
    };
}

async function* peopleOf(db: Transaction, workshopId: string): AsyncGenerator<CellRow> {
  for (let after = 0; ; ) {
    const rows = await db.workshopRegistration.findMany({
      where: { workshopId, number: { gt: after } },
      include: { attendee: { select: { fullName: true, userClass: true } } },
      orderBy: { number: 'asc' },
      take: chunk,
    });
    for (const { attendee } of rows) yield [attendee.fullName, attendee.userClass];
    if (rows.length < chunk) return;
    after = rows.at(-1)?.number ?? after;
  }
}
