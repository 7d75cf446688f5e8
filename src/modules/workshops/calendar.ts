// A personal schedule as an iCalendar file (RFC 5545). The rule: times in UTC, lines of 75 octets at most, text always escaped.
import type { Core, Row, RowWith } from '../../core/index.ts';

const withWorkshop = { workshop: true } as const;

/** One workshop of a schedule; without times where staff gave its moment none. */
export interface ScheduleLine {
  registration: Row<'WorkshopRegistration'>;
  workshop: Row<'Workshop'>;
  startsAt: Date | null;
  endsAt: Date | null;
}

/** Reads somebody's schedule: what has times first, by time, then the rest by the name of its moment. */
export async function readSchedule(db: Core['db'], attendee: Row<'Attendee'>): Promise<ScheduleLine[]> {
  const rows: RowWith<'WorkshopRegistration', typeof withWorkshop>[] = await db.workshopRegistration.findMany({
    where: { attendeeId: attendee.id },
    include: withWorkshop,
  });
  const moments = await db.workshopMoment.findMany({ where: { eventId: attendee.eventId } });
  const times = new Map(moments.map((one) => [one.name, one]));
  const lines = rows.map(({ workshop, ...registration }) => ({
    registration,
    workshop,
    startsAt: times.get(workshop.moment)?.startsAt ?? null,
    endsAt: times.get(workshop.moment)?.endsAt ?? null,
  }));
  const order = (one: ScheduleLine) => one.startsAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return lines.sort((a, b) => {
    const [first, second] = [order(a), order(b)];
    return first === second
      ? a.workshop.moment.localeCompare(b.workshop.moment, 'nl', { numeric: true })
      : first - second;
  });
}

/** Says when a workshop is, in the installation's time zone; empty where its moment has no times. */
export function lineTime(
  { config }: Pick<Core, 'config'>,
  { startsAt, endsAt }: ScheduleLine,
  language: string,
): string {
  if (!startsAt || !endsAt) return '';
  const timeZone = config.timeZone;
  const day = new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'short', timeZone });
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', timeZone });
  return `${day.format(startsAt)} ${clock.format(startsAt)}–${clock.format(endsAt)}`;
}

/** Writes the lines that have times as a calendar. */
export function writeCalendar(
  core: Pick<Core, 'config'>,
  event: Row<'WorkshopEvent'>,
  lines: readonly ScheduleLine[],
): string {
  const host = new URL(core.config.publicUrl).hostname;
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Steward//Workshops//EN',
    'CALSCALE:GREGORIAN',
    `X-WR-CALNAME:${escaped(event.name)}`,
    ...lines.flatMap((line) => writeEvent(host, event, line)),
    'END:VCALENDAR',
  ]
    .map((line) => `${folded(line)}\r\n`)
    .join('');
}

function writeEvent(
  host: string,
  event: Row<'WorkshopEvent'>,
  { registration, workshop, startsAt, endsAt }: ScheduleLine,
): string[] {
  if (!startsAt || !endsAt) return [];
  return [
    'BEGIN:VEVENT',
    `UID:workshop-registration-${registration.id}@${host}`,
    `DTSTAMP:${stamp(registration.entryTime)}`,
    `DTSTART:${stamp(startsAt)}`,
    `DTEND:${stamp(endsAt)}`,
    `SUMMARY:${escaped(workshop.title)}`,
    ...(workshop.room ? [`LOCATION:${escaped(workshop.room)}`] : []),
    `DESCRIPTION:${escaped([event.name, workshop.moment, workshop.description].filter(Boolean).join('\n'))}`,
    'END:VEVENT',
  ];
}

function stamp(moment: Date): string {
  return moment.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function escaped(text: string): string {
  return text.replace(/[\\;,]/g, (sign) => `\\${sign}`).replace(/\r\n?|\n/g, '\\n');
}

/** Breaks a line so that none has more than 75 octets, never within a character. */
function folded(line: string): string {
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const sign of line) {
    const size = Buffer.byteLength(sign);
    if (octets + size > 75) {
      parts.push(part);
      part = ' ';
      octets = 1;
    }
    part += sign;
    octets += size;
  }
  return [...parts, part].join('\r\n');
}
