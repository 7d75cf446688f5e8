// Days and clock times of a zone, where clocks change: the expected instants are worked out by hand.
import { afterEach, describe, expect, test } from 'vitest';
import { configureDays, instantOf, isDay, nextDay, startOfDay } from '../../../src/core/records/days.ts';

afterEach(() => configureDays('UTC'));

test.each([
  ['UTC', '2026-05-03', '2026-05-03T00:00:00.000Z'],
  ['Europe/Amsterdam', '2026-03-29', '2026-03-28T23:00:00.000Z'],
  ['Europe/Amsterdam', '2026-03-30', '2026-03-29T22:00:00.000Z'],
  ['Europe/Amsterdam', '2026-10-25', '2026-10-24T22:00:00.000Z'],
  ['Europe/Amsterdam', '2026-10-26', '2026-10-25T23:00:00.000Z'],
  ['Asia/Shanghai', '2026-01-01', '2025-12-31T16:00:00.000Z'],
  ['Pacific/Kiritimati', '2026-01-01', '2025-12-31T10:00:00.000Z'],
  ['Pacific/Niue', '2026-01-01', '2026-01-01T11:00:00.000Z'],
  // In São Paulo clocks went from 00:00 to 01:00 on 4 November 2018: the day began at one.
  ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z'],
])('in %s the day %s begins at %s', (zone, day, instant) => {
  configureDays(zone);
  expect(startOfDay(day).toISOString()).toBe(instant);
});

test.each([
  ['2026-05-03T14:30:00', '2026-05-03T12:30:00.000Z'],
  ['2026-03-29T01:59:00', '2026-03-29T00:59:00.000Z'],
  ['2026-03-29T03:00:00', '2026-03-29T01:00:00.000Z'],
  // Skipped by the clocks: as far after the gap as it was into it.
  ['2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z'],
])('in Amsterdam the clock shows %s at %s', (local, instant) => {
  configureDays('Europe/Amsterdam');
  expect(instantOf(local).toISOString()).toBe(instant);
});

test('a time that clocks show twice is one of the two', () => {
  configureDays('Europe/Amsterdam');
  expect(['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']).toContain(
    instantOf('2026-10-25T02:30:00').toISOString(),
  );
});

describe('isDay', () => {
  test.each(['2026-05-03', '2024-02-29', '0001-01-01', '9999-12-31'])('%s exists', (day) =>
    expect(isDay(day)).toBe(true),
  );
  test.each(['2026-02-29', '2026-13-01', '2026-1-1', '', '0000-01-01', '10000-01-01', '2026-05-03T00:00', 'x'])(
    '%s does not',
    (day) => expect(isDay(day)).toBe(false),
  );
});

test('the day after', () => {
  expect([nextDay('2026-02-28'), nextDay('2024-02-28'), nextDay('2026-12-31')]).toEqual([
    '2026-03-01',
    '2024-02-29',
    '2027-01-01',
  ]);
});
