// What is printed: key sheets, attendance lists, personal schedules, as pages of A4. Pages are drawn one at a time; classes never share one.
import { a4, type Core, type SheetItem, type SheetPage } from '../../core/index.ts';
import type { ScheduleLine } from './calendar.ts';

const margin = 12;
const ink = '#1b2421';
const quiet = '#5b6763';
const line = '#b9c2be';

/** Somebody on a key sheet. */
export interface KeyCard {
  name: string;
  userClass: string;
  event: string;
  key: string;
}

const cards = { columns: 2, rows: 6, width: 93, height: 43 };

/** Returns the address that a printed code opens: the key stands behind the `#`, which browsers tell no server. */
function keyAddress({ config }: Pick<Core, 'config'>, key: string): string {
  return `${config.publicUrl}/workshops/#key=${encodeURIComponent(key)}`;
}

/** Draws key sheets: the cards of each class begin on a new page. */
export function* keySheets(core: Pick<Core, 'config'>, people: readonly KeyCard[]): Generator<SheetPage> {
  const perPage = cards.columns * cards.rows;
  for (const { name, items } of groupsOf(people, ({ userClass }) => userClass))
    for (let at = 0; at < items.length; at += perPage) {
      const some = items.slice(at, at + perPage);
      yield {
        ...a4,
        items: [
          ...head(name, `${at / perPage + 1}/${Math.ceil(items.length / perPage)}`),
          ...some.flatMap((one, place) => drawCard(core, one, place)),
        ],
      };
    }
}

function groupsOf<T>(items: readonly T[], nameOf: (item: T) => string): { name: string; items: T[] }[] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item]);
  return [...groups]
    .map(([name, list]) => ({ name, items: list }))
    .sort((a, b) => a.name.localeCompare(b.name, 'nl', { numeric: true }));
}

function head(title: string, right: string): SheetItem[] {
  return [
    { kind: 'text', x: margin, y: 8, text: title || '–', size: 6, weight: 'bold', color: ink, maxWidth: 150 },
    { kind: 'text', x: a4.width - margin, y: 9, text: right, size: 3.6, align: 'right', color: quiet },
  ];
}

function drawCard(core: Pick<Core, 'config'>, { name, userClass, event, key }: KeyCard, place: number): SheetItem[] {
  const x = margin + (place % cards.columns) * cards.width;
  const y = 20 + Math.floor(place / cards.columns) * cards.height;
  const left = x + 41;
  const width = cards.width - 45;
  const text = (
    at: number,
    words: string,
    size: number,
    more: { color?: string; weight?: 'bold' } = {},
  ): SheetItem => ({
    kind: 'text',
    x: left,
    y: y + at,
    text: words || '–',
    size,
    maxWidth: width,
    color: ink,
    ...more,
  });
  return [
    { kind: 'rectangle', x, y, width: cards.width, height: cards.height, stroke: line },
    { kind: 'qr', x: x + 2, y: y + 2, size: 38, text: keyAddress(core, key), ecc: 'M' },
    ...linesOf(name).map((words, at, { length }) =>
      length > 1 ? text(2.4 + at * 4.4, words, 3.8, { weight: 'bold' }) : text(4, words, 5, { weight: 'bold' }),
    ),
    text(11.4, [userClass, event].filter(Boolean).join(' · '), 3.4, { color: quiet }),
    text(20, key.replace(/^(.{5})(.{5})$/, '$1 $2'), 6.4, { weight: 'bold' }),
    text(32, `${core.config.publicUrl.replace(/^https?:\/\//, '')}/workshops/`, 3, { color: quiet }),
  ];
}

/** Breaks a long name at the gap nearest to its middle. */
function linesOf(name: string): string[] {
  const gaps = [...name.matchAll(/ /g)].map(({ index }) => index);
  if (name.length <= 28 || gaps.length === 0) return [name];
  const gap = gaps.reduce((best, at) =>
    Math.abs(at - name.length / 2) < Math.abs(best - name.length / 2) ? at : best,
  );
  return [name.slice(0, gap), name.slice(gap + 1)];
}

/** A workshop with the people of its list. */
export interface AttendanceList {
  title: string;
  moment: string;
  room: string;
  people: readonly { name: string; userClass: string }[];
  words: { name: string; group: string; there: string };
}

const row = { first: 38, height: 8.4, perPage: 28 };

/** Draws attendance lists with a box to tick; each workshop begins on a new page. */
export function* attendanceSheets(lists: Iterable<AttendanceList>): Generator<SheetPage> {
  for (const list of lists)
    for (let at = 0; at === 0 || at < list.people.length; at += row.perPage)
      yield { ...a4, items: attendancePage(list, at) };
}

function attendancePage({ title, moment, room, people, words }: AttendanceList, from: number): SheetItem[] {
  const pages = Math.max(1, Math.ceil(people.length / row.perPage));
  const cells = (y: number, texts: readonly string[], weight?: 'bold'): SheetItem[] =>
    texts.map((text, column) => ({
      kind: 'text',
      x: [margin, margin + 10, 130][column] ?? margin,
      y,
      text: text || '–',
      size: 4.2,
      weight,
      color: ink,
      maxWidth: [9, 105, 40][column],
    }));
  return [
    ...head(title, `${from / row.perPage + 1}/${pages}`),
    {
      kind: 'text',
      x: margin,
      y: 18,
      text: [moment, room].filter(Boolean).join(' · ') || '–',
      size: 4,
      color: quiet,
      maxWidth: 180,
    },
    ...cells(row.first - 8, ['#', words.name, words.group], 'bold'),
    {
      kind: 'text',
      x: a4.width - margin,
      y: row.first - 8,
      text: words.there,
      size: 4.2,
      weight: 'bold',
      align: 'right',
      color: ink,
    },
    ...people.slice(from, from + row.perPage).flatMap((one, at): SheetItem[] => {
      const y = row.first + at * row.height;
      return [
        { kind: 'line', from: [margin, y - 1], to: [a4.width - margin, y - 1], color: line },
        ...cells(y + 0.6, [String(from + at + 1), one.name, one.userClass]),
        { kind: 'rectangle', x: a4.width - margin - 6, y: y + 0.4, width: 5, height: 5, stroke: ink, thickness: 0.3 },
      ];
    }),
  ];
}

/** Somebody's printed schedule. */
export interface PrintedSchedule {
  name: string;
  userClass: string;
  event: string;
  lines: readonly ScheduleLine[];
  timeOf(line: ScheduleLine): string;
}

const slip = { perPage: 3, height: 92, lines: 9 };

/** Draws schedules, three on a page with lines to cut along. */
export function* scheduleSheets(people: readonly PrintedSchedule[]): Generator<SheetPage> {
  for (let at = 0; at < people.length; at += slip.perPage)
    yield { ...a4, items: people.slice(at, at + slip.perPage).flatMap((one, place) => drawSlip(one, place)) };
}

function drawSlip({ name, userClass, event, lines, timeOf }: PrintedSchedule, place: number): SheetItem[] {
  const y = 10 + place * slip.height;
  return [
    { kind: 'text', x: margin, y, text: name, size: 6, weight: 'bold', color: ink, maxWidth: 130 },
    {
      kind: 'text',
      x: a4.width - margin,
      y: y + 1,
      text: [userClass, event].filter(Boolean).join(' · ') || '–',
      size: 3.8,
      align: 'right',
      color: quiet,
      maxWidth: 50,
    },
    ...lines.slice(0, slip.lines).flatMap((one, at): SheetItem[] => {
      const top = y + 12 + at * 8;
      const moment = [one.workshop.moment, timeOf(one)].filter(Boolean).join(', ');
      return [
        { kind: 'text', x: margin, y: top, text: moment || '–', size: 3.8, color: quiet, maxWidth: 62 },
        {
          kind: 'text',
          x: margin + 66,
          y: top,
          text: [one.workshop.title, one.workshop.room].filter(Boolean).join(' · '),
          size: 4.4,
          color: ink,
          maxWidth: 118,
        },
      ];
    }),
    { kind: 'line', from: [0, y + slip.height - 5], to: [a4.width, y + slip.height - 5], color: line, dash: 2 },
  ];
}
