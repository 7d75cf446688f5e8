// Somebody with places, wishes and a place in a waiting list asks what is kept, and is then forgotten; the places go to those who wait.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/index.ts';
import { rankWorkshops } from '../../../src/modules/workshops/preferences.ts';
import { setRegistrations } from '../../../src/modules/workshops/registering.ts';
import { joinWaiting } from '../../../src/modules/workshops/waiting.ts';
import { tablesWith } from '../../kit/dump.ts';
import { forget, handOut } from '../../kit/person.ts';
import { brokenInvariants } from './seat-rush.ts';
import { type House, makeEvent, openHouse } from './workshops-house.ts';

const typed = 'Kanaria.Vogel_Sang@Canary.example';
const email = typed.toLowerCase();
// Its address would match hers if `_` were a wildcard.
const neighbour = 'kanaria.vogelxsang@canary.example';
let house: House;
let wanted: string;
let eventId: string;

beforeAll(async () => {
  house = await openHouse();
  const made = await makeEvent(house, {
    workshops: [
      { title: 'Wanted', moment: 'a', limit: 1 },
      { title: 'Other', moment: 'b', limit: 1 },
    ],
    people: [
      { fullName: 'Kanaria Vogelsang', userClass: '4K', email: typed },
      { fullName: 'Nora Neighbour', userClass: '4K', email: neighbour },
    ],
  });
  const [her, nora] = made.people;
  const [first, second] = made.workshops;
  if (!her || !nora || !first || !second) throw new Error('The event is not whole.');
  wanted = first.id;
  eventId = made.event.id;
  await house.core.db.workshopEvent.updateMany({ data: { isRanked: true } });
  await house.core.db.workshop.updateMany({ data: { hasWaiting: true } });
  await house.core.transaction(systemActor, async (work) => {
    await setRegistrations(work, her.id, [first.id], { by: { staff: false } });
    await setRegistrations(work, nora.id, [second.id], { by: { staff: false } });
    await joinWaiting(work, nora, first.id);
    await joinWaiting(work, her, second.id);
    await rankWorkshops(work, her, [second.id, first.id]);
  });
});
afterAll(() => house?.close());

it('gives out places, wishes and waiting lists, and no key', async () => {
  const { records, text } = await handOut(house.core, { email });
  expect(records['people of events with workshops']).toMatchObject([
    {
      name: 'Kanaria Vogelsang',
      class: '4K',
      registrations: [{ workshop: 'Wanted' }],
      'waiting lists': [{ workshop: 'Other', state: 'waiting' }],
      wishes: expect.arrayContaining([{ workshop: 'Other', rank: 1 }]),
    },
  ]);
  expect(text).not.toMatch(/Nora|identity|KEY-/);
});

it('forgets her; her place is offered to who waits, and the counters agree', async () => {
  expect(await tablesWith(house.core, 'Vogelsang')).toContain('Attendee');
  await forget(house.core, { email });
  for (const mark of [email, 'Kanaria Vogelsang'])
    expect([mark, await tablesWith(house.core, mark)]).toEqual([mark, []]);
  expect(house.logged.filter((line) => /vogel_?sang/i.test(line))).toEqual([]);
  expect(await house.core.db.attendee.findMany({ select: { email: true } })).toEqual([{ email: neighbour }]);
  expect(await house.core.db.workshopWaiting.findMany({ select: { workshopId: true, state: true } })).toEqual([
    { workshopId: wanted, state: 'offered' },
  ]);
  expect(await brokenInvariants(house.core, eventId)).toEqual([]);
});
