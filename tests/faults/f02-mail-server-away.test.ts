// F2: the mail server is away for a while. Steward answers as ever, does not hammer the closed door, and delivers when it opens.
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { report, sizeOf } from '../kit/experiment.ts';
import { freePort } from '../kit/server.ts';
import { type SmtpSink, startSmtpSink } from '../kit/smtp-sink.ts';
import { addressesOf, type FaultHouse, openFaultHouse, pause, until } from './fault-house.ts';

const messages = sizeOf('F2_MESSAGES', 40, 500);
const away = sizeOf('F2_SECONDS', 12, 60);

let port: number;
let house: FaultHouse;
let sink: SmtpSink | undefined;
beforeAll(async () => {
  port = await freePort();
  house = await openFaultHouse({ SMTP_URL: `smtp://127.0.0.1:${port}` });
  await house.server.start();
});
afterAll(async () => {
  await house?.close();
  await sink?.stop();
});

/** A door that hangs up on everybody and counts how often somebody knocked. */
async function closedDoor(): Promise<{ knocks(): number; stop(): Promise<void> }> {
  let knocks = 0;
  const server: Server = createServer((socket) => {
    knocks += 1;
    socket.on('error', () => {});
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { knocks: () => knocks, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

it(`keeps ${messages} messages while the mail server is away, and delivers each once when it is back`, async () => {
  const key = await house.campaign('away', addressesOf(messages));
  const door = await closedDoor();
  const closedAt = Date.now();
  expect((await house.post('/api/email', { token: key, action: 'send' }))?.json).toMatchObject({ code: 0 });
  await until('the door was tried', async () => door.knocks() > 0);
  const end = Date.now() + away * 1000;
  let answered = 0;
  while (Date.now() < end) {
    expect((await house.post('/api/email', { token: key, action: 'query' }))?.status).toBe(200);
    answered += 1;
    await pause(500);
  }
  const knocks = door.knocks();
  const closedFor = (Date.now() - closedAt) / 1000;
  await door.stop();
  expect(await house.count(`select count(*) from "Message" where state = 'sent'`)).toBe(0);
  // One knock in a pause of five seconds, by at most four hands at once; without pauses there would be thousands.
  const ceiling = 4 * (Math.ceil(closedFor / 5) + 2);
  expect(knocks).toBeLessThanOrEqual(ceiling);

  sink = await startSmtpSink({ port });
  await until(
    'everything is delivered',
    async () => (await house.count(`select count(*) from "Message" where state = 'sent'`)) === messages,
    300,
  );
  const to = sink.accepted.map((mail) => mail.to.join());
  expect(new Set(to).size).toBe(messages);
  expect(to).toHaveLength(messages);
  report('F2', {
    messages,
    'seconds away': away,
    knocks,
    ceiling,
    'answers meanwhile': answered,
    delivered: to.length,
  });
}, 600_000);

it('sees more knocks than that where nobody pauses: the control', async () => {
  await sink?.stop();
  sink = undefined;
  const door = await closedDoor();
  const { connect } = await import('node:net');
  const knock = () =>
    new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
    });
  const end = Date.now() + 1500;
  while (Date.now() < end) await knock();
  report('F2 control', { 'knocks in 1.5 s': door.knocks() });
  expect(door.knocks()).toBeGreaterThan(4 * (Math.ceil(away / 5) + 2));
  await door.stop();
}, 60_000);
