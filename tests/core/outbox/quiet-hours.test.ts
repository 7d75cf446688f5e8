// Quiet hours: when they are, and what waits for their end.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/core/config/config.ts';
import type { Core } from '../../../src/core/core.ts';
import { claimMessages } from '../../../src/core/outbox/claim.ts';
import { endOfQuiet } from '../../../src/core/outbox/quiet-hours.ts';
import { quietHoursOf } from '../../../src/core/outbox/settings.ts';
import { configureDays } from '../../../src/core/records/days.ts';
import { type TestCore, testCore } from '../../kit/core.ts';
import { channelModule, sendNews, sendReceipt } from '../channels-fixture.ts';

afterEach(() => configureDays('UTC'));

describe('quiet hours', () => {
  const night = quietHoursOf('21:00-08:00');
  it.each<[at: string, end: string | undefined]>([
    ['2026-11-20T20:59:59Z', undefined],
    ['2026-11-20T21:00:00Z', '2026-11-21T08:00:00.000Z'],
    ['2026-12-31T23:30:00Z', '2027-01-01T08:00:00.000Z'],
    ['2026-11-20T00:00:00Z', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20T07:59:59Z', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20T08:00:00Z', undefined],
  ])('over night: at %s they end at %s', (at, end) => {
    expect(endOfQuiet(night, new Date(at))?.toISOString()).toBe(end);
  });

  it('lie within a day too, and are absent by default', () => {
    const noon = quietHoursOf('12:00-14:30');
    expect(endOfQuiet(noon, new Date('2026-11-20T13:00:00Z'))?.toISOString()).toBe('2026-11-20T14:30:00.000Z');
    expect(endOfQuiet(noon, new Date('2026-11-20T14:30:00Z'))).toBeUndefined();
    expect(endOfQuiet(undefined, new Date())).toBeUndefined();
    for (const written of ['', '9-17', '24:00-08:00', '08:00-08:00', '08:00', '08:60-09:00'])
      expect(quietHoursOf(written)).toBeUndefined();
  });

  it('are meant in the zone of the house, also in the night in which clocks change', () => {
    configureDays('Europe/Amsterdam');
    expect(endOfQuiet(night, new Date('2026-07-01T19:30:00Z'))?.toISOString()).toBe('2026-07-02T06:00:00.000Z');
    expect(endOfQuiet(night, new Date('2026-07-01T18:30:00Z'))).toBeUndefined();
    expect(endOfQuiet(night, new Date('2026-03-28T22:00:00Z'))?.toISOString()).toBe('2026-03-29T06:00:00.000Z');
    expect(endOfQuiet(night, new Date('2026-10-24T21:00:00Z'))?.toISOString()).toBe('2026-10-25T07:00:00.000Z');
  });
});

describe('a message in the quiet hours', () => {
  let kit: TestCore;
  const at = (quietHours: Config['quietHours']): Core => ({ ...kit.core, config: { ...kit.core.config, quietHours } });
  const minutesFromNow = (minutes: number) => {
    const now = new Date();
    return (now.getUTCHours() * 60 + now.getUTCMinutes() + minutes + 1440) % 1440;
  };
  beforeAll(async () => {
    kit = await testCore([channelModule]);
  });
  afterAll(() => kit?.close());

  const quiet = () => at({ from: minutesFromNow(-60), to: minutesFromNow(120) });
  const loud = () => at({ from: minutesFromNow(120), to: minutesFromNow(180) });
  const send = async (core: Core, fn: typeof sendNews) => {
    const { enqueueMail } = await import('../../../src/core/outbox/compose.ts');
    const { news, receipt } = await import('../channels-fixture.ts');
    const mail = fn === sendNews ? news : receipt;
    const input = {
      to: { address: 'q@example.org' },
      data: { name: 'Ada' },
      secrets: { link: 'x' },
      idempotencyKey: `${Math.random()}`,
    };
    const id = await core.db.$transaction((tx) => enqueueMail(core, tx, null, mail, input));
    return core.db.message.findUniqueOrThrow({ where: { id } });
  };

  it('waits for their end when it is not urgent, and leaves at once when it is', async () => {
    const waiting = await send(quiet(), sendNews);
    expect(waiting.notBefore.getTime()).toBeGreaterThan(Date.now() + 100 * 60_000);
    expect((await send(quiet(), sendReceipt)).notBefore.getTime()).toBeLessThan(Date.now() + 60_000);
    expect((await send(loud(), sendNews)).notBefore.getTime()).toBeLessThan(Date.now() + 60_000);
  });

  it('is not claimed either when it was made before, or is tried again in them', async () => {
    await kit.core.db.message.deleteMany({});
    const row = await send(loud(), sendNews);
    for (let i = 0; i < 3; i += 1) {
      const none = await claimMessages(quiet());
      expect('messages' in none ? none.messages : []).toEqual([]);
    }
    const claim = await claimMessages(loud());
    expect('messages' in claim && claim.messages.map(({ id }) => id)).toEqual([row.id]);
  });
});
