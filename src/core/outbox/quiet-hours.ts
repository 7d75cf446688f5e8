// Quiet hours: between two clock times of the configured zone only urgent messages leave.

import { dayZone, instantOf, nextDay } from '../records/days.ts';
import type { QuietHours } from './settings.ts';

/** Returns when the quiet hours that `at` lies in are over; undefined when it lies in none. */
export function endOfQuiet(hours: QuietHours | undefined, at: Date): Date | undefined {
  if (!hours) return undefined;
  const { day, minutes } = clockOf(at);
  const isOverNight = hours.to < hours.from;
  const isLate = minutes >= hours.from && (isOverNight || minutes < hours.to);
  const isEarly = isOverNight && minutes < hours.to;
  if (!isLate && !isEarly) return undefined;
  const endDay = isLate && isOverNight ? nextDay(day) : day;
  return instantOf(`${endDay}T${clockWords(hours.to)}`);
}

function clockWords(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function clockOf(at: Date): { day: string; minutes: number } {
  const options = { timeZone: dayZone(), hourCycle: 'h23', dateStyle: 'short', timeStyle: 'short' } as const;
  const [day = '', time = ''] = new Intl.DateTimeFormat('sv', options).format(at).split(' ');
  const [hours, minutes] = time.split(':').map(Number);
  return { day, minutes: (hours ?? 0) * 60 + (minutes ?? 0) };
}
