// A small believable project week: two groups, three moments, links, a full workshop with a waiting list, some who have not chosen.
import { type Core, systemActor } from '../../core/index.ts';
import { replaceAttendees } from './attendees.ts';
import { createEvent, replaceEvent } from './events.ts';
import { replaceLinks } from './links.ts';
import { setRegistrations } from './registering.ts';
import { joinWaiting } from './waiting.ts';

const moments = ['Maandag', 'Dinsdag', 'Woensdag'];
const titles = [
  ['Robotica', 'Keramiek', 'Koken zonder grenzen', 'Theatersport'],
  ['Robotica vervolg', 'Fotografie', 'Podcast maken', 'Zeilen'],
  ['Programmeren', 'Mozaïek', 'Gebarentaal', 'Stadswandeling'],
];
const people =
  'Sanne de Boer,Daan Visser,Yusuf Kaya,Lotte Meijer,Noor El Amrani,Finn Bakker,Zoë van Dijk,Ravi Sharma,Wei Chen,Olga Petrova,Julia Nowak,Sem Jansen,Fatima Haddad,Tijn Smit,Eva Mulder,Amir Hosseini,Bo de Groot,Lieke Vos'.split(
    ',',
  );
const seats = 6;

/** Loads the demo event; nobody is mailed. */
export async function loadDemo(core: Core): Promise<void> {
  await core.transaction(systemActor, async (work) => {
    const event = await createEvent(work, { name: 'projectweek', available: true, isRanked: true, language: 'nl' });
    await replaceEvent(work, event.id, {
      workshops: titles.flatMap((row, at) =>
        row.map((title) => ({
          title,
          moment: moments[at],
          limit: seats,
          targetGroup: 'onderbouw',
          description: `${title}: een dagdeel zelf doen.`,
        })),
      ),
    });
    const workshops = await work.tx.workshop.findMany({ where: { eventId: event.id }, orderBy: { number: 'asc' } });
    const at = (n: number) => workshops[n]?.id ?? '';
    await work.tx.workshop.update({ where: { id: at(0) }, data: { hasWaiting: true, room: 'Lab 2', minimum: 3 } });
    await replaceLinks(work, event.id, [
      { firstId: at(0), secondId: at(4), type: 'inclusive' },
      { firstId: at(2), secondId: at(7), type: 'exclusive' },
    ]);
    const day = Date.UTC(2027, 2, 8, 9);
    await work.tx.workshopMoment.createMany({
      data: moments.map((name, n) => ({
        eventId: event.id,
        name,
        startsAt: new Date(day + n * 86_400_000),
        endsAt: new Date(day + n * 86_400_000 + 3 * 3_600_000),
      })),
    });
    await replaceAttendees(
      work,
      event.id,
      people.map((fullName, n) => ({
        fullName,
        userClass: n % 2 ? '1B' : '1A',
        targetGroup: 'onderbouw',
        identity: '',
      })),
    );
    const all = await work.tx.attendee.findMany({ where: { eventId: event.id }, orderBy: { number: 'asc' } });
    for (const [n, { id }] of all.entries()) {
      const set = n < seats ? [0, 4, 8 + (n % 4)] : n < 14 ? [1 + (n % 2), 5 + (n % 2), 8 + ((n + 1) % 4)] : [];
      await setRegistrations(work, id, set.map(at), { by: { staff: false } });
    }
    const [late] = all.slice(-1);
    if (late) await joinWaiting(work, late, at(0));
  });
}
