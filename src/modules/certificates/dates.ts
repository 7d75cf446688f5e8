// Days as they are written on certificates. The pattern knows YYYY, MM, M, DD and D; the rest stands as it is.

/** Returns the day of this moment in the time zone, at midnight UTC, as date columns keep it. */
export function dayIn(timeZone: string, moment: Date): Date {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return new Date(`${parts.format(moment)}T00:00:00Z`);
}

/** Writes a day of a date column by the pattern, for example `YYYY年MM月DD日`. */
export function writeDay(pattern: string, day: Date): string {
  const numbers = { YYYY: day.getUTCFullYear(), M: day.getUTCMonth() + 1, D: day.getUTCDate() };
  return pattern.replace(/YYYY|MM?|DD?/g, (sign) => {
    const number = sign === 'YYYY' ? numbers.YYYY : sign.startsWith('M') ? numbers.M : numbers.D;
    return String(number).padStart(sign.length, '0');
  });
}
