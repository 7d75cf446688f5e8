// What a public read and a public write cost in our house, against plain node:http and pg with the same checks and the same rows. Each client
// comes from many addresses, so that no limit is reached although each request is counted.
import { type Core, signWebToken, systemActor } from '../src/core/index.ts';
import { replaceAttendees } from '../src/modules/workshops/attendees.ts';
import { createEvent, replaceEvent } from '../src/modules/workshops/events.ts';
import workshops from '../src/modules/workshops/module.ts';
import { type Amount, compare, type Measurement, type Way } from './kit/compare.ts';
import { appKey, openCore } from './kit/house.ts';
import { type Call, type HttpAnswer, load } from './kit/load.ts';
import { type Program, startBare, startSteward } from './kit/program.ts';

const clients = 32;
const workshopCount = 12;

export default {
  title: 'Public requests',
  async run(bench) {
    const databaseUrl = await bench.database();
    const { core, close } = await openCore(bench, [workshops], {}, databaseUrl);
    const event = await makeEvent(core).finally(close);
    const ours = await startSteward(databaseUrl, bench.folder, { only: 'server' });
    const bare = await startBare('workshops', databaseUrl, { APP_KEY: appKey });
    const counted = await startBare('workshops', databaseUrl, { APP_KEY: appKey, COUNTED: '1' });
    const ways = (asked: (program: Program) => Promise<Amount>): Record<string, Way> => ({
      'Steward (ours)': () => withDelay(ours, asked),
      'node:http + pg, each call counted by address': () => asked(counted),
      'node:http + pg': () => asked(bare),
    });
    const requests = { reads: bench.size(4000, 100), writes: bench.size(2000, 100) };
    const notes = ['Delay p99 is that of the event loop, from /metrics, in the round.'];
    try {
      return [
        await compare(
          `GET /events/:id with ${workshopCount} workshops, ${clients} clients`,
          'requests',
          ways(({ base }) =>
            load({ base, clients, requests: requests.reads, call: readOf(event), check: mustHaveWorkshops }),
          ),
          { rounds: bench.rounds, notes },
        ),
        await compare(
          `PUT /registrations/user/:uid, two places given back and two taken, ${clients} clients`,
          'requests',
          ways(({ base }) =>
            load({ base, clients, requests: requests.writes, call: writeOf(event), check: mustHaveTwo }),
          ),
          { rounds: bench.rounds, notes },
        ),
      ];
    } finally {
      await Promise.all([ours.stop(), bare.stop(), counted.stop()]);
    }
  },
} satisfies Measurement;

interface Prepared {
  number: number;
  workshops: number[];
  people: { number: number; token: string }[];
}

async function makeEvent(core: Core): Promise<Prepared> {
  return core.transaction(systemActor, async (work) => {
    const { id, number } = await createEvent(work, { name: 'Project week', available: true });
    const wanted = Array.from({ length: workshopCount }, (_, at) => ({
      title: `Workshop ${at}`,
      description: 'Bring what you like to wear, something to write, and something to drink.',
      moment: `Morning ${at % 2}`,
    }));
    await replaceEvent(work, id, { workshops: wanted });
    const people = Array.from({ length: clients * 10 }, (_, at) => ({ fullName: `Person ${at}`, identity: '' }));
    await replaceAttendees(work, id, people);
    const attendees = await work.tx.attendee.findMany({ where: { eventId: id } });
    return {
      number,
      workshops: (await work.tx.workshop.findMany({ where: { eventId: id }, orderBy: { number: 'asc' } })).map(
        (one) => one.number,
      ),
      people: attendees.map(({ number: subject, epoch }) => ({
        number: subject,
        token: signWebToken(core, 'workshops.user', { subject: String(subject), epoch }, 3600),
      })),
    };
  });
}

const addressOf = (client: number, turn: number) => ({ 'x-forwarded-for': `10.${client}.0.${turn % 250}` });

function readOf({ number }: Prepared) {
  return (client: number, turn: number): Call => ({
    path: `/events/${number}`,
    headers: addressOf(client, turn),
  });
}

// Everybody changes to the next two workshops, at two moments, with each turn: a client's people are its own, so nobody waits for a person.
function writeOf({ workshops: numbers, people }: Prepared) {
  return (client: number, turn: number): Call => {
    const { number, token } = people[client * 10 + (turn % 10)]!;
    const first = ((client + Math.floor(turn / 10)) * 2) % numbers.length;
    return {
      method: 'PUT',
      path: `/registrations/user/${number}`,
      headers: { ...addressOf(client, turn), authorization: `Bearer ${token}` },
      body: { workshop_ids: [numbers[first], numbers[first + 1]] },
    };
  };
}

function mustHaveWorkshops({ status, body }: HttpAnswer): void {
  if (status !== 200 || JSON.parse(body).workshops?.length !== workshopCount) throw new Error(`${status} ${body}`);
}

function mustHaveTwo({ status, body }: HttpAnswer): void {
  if (status !== 200 || JSON.parse(body).registrations?.length !== 2) throw new Error(`${status} ${body}`);
}

async function withDelay(program: Program, asked: (program: Program) => Promise<Amount>): Promise<Amount> {
  const name = 'nodejs_eventloop_lag_p99_seconds';
  // Reading begins a new count.
  await program.metric(name);
  const amount = await asked(program);
  return { ...amount, figures: { ...amount.figures, 'delay p99 ms': (await program.metric(name)) * 1000 } };
}
