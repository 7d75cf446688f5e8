// Days and clock times of the installation's time zone. Set once at the start, so that lists and selections cannot disagree.

let timeZone = 'UTC';
let formatter = formatterOf(timeZone);

/** Sets the zone in which people say "the 3rd of May". Called by `createCore` with the configured zone. */
export function configureDays(zone: string): void {
  formatter = formatterOf(zone);
  timeZone = zone;
}

/** Returns the zone in which days are meant. */
export function dayZone(): string {
  return timeZone;
}

/** Tells whether the text is a day that exists, as 2026-05-03. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '0001') return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Returns the day after. */
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** Returns the first instant of the day in the configured zone, also where clocks change at midnight. */
export function startOfDay(day: string): Date {
  const middle = Date.parse(`${day}T00:00:00Z`);
  let before = middle - 16 * 3_600_000;
  let within = middle + 16 * 3_600_000;
  while (within - before > 1) {
    const probe = Math.floor((before + within) / 2);
    if (localTime(probe).slice(0, 10) >= day) within = probe;
    else before = probe;
  }
  return new Date(within);
}

/** Returns the instant of a clock time such as 2026-05-03T14:30; of a time that clocks skip, the same distance after the gap. */
export function instantOf(local: string): Date {
  const wanted = Date.parse(`${local}Z`);
  const offsetAt = (instant: number) => Date.parse(`${localTime(instant)}Z`) - Math.floor(instant / 1000) * 1000;
  const first = wanted - offsetAt(wanted);
  const second = wanted - offsetAt(first);
  return new Date(localTime(second) === new Date(wanted).toISOString().slice(0, 19) ? second : Math.max(first, second));
}

/** Returns the clock time of an instant in the configured zone, such as 2026-05-03T14:30:00. */
export function clockTime(instant: Date): string {
  if (timeZone === 'UTC') return instant.toISOString().slice(0, -5);
  return localTime(instant.getTime());
}

function localTime(instant: number): string {
  const part = Object.fromEntries(formatter.formatToParts(instant).map(({ type, value }) => [type, value]));
  return `${part.year?.padStart(4, '0')}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}
