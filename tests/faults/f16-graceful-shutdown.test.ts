// F16: SIGTERM under load, with an upload half sent, a bulk mail and an export under way. The readiness fails first; what was accepted is
// answered; work stops at a checkpoint and goes on after the next start; the process ends by itself with 0, and a second signal forces it.
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pixelCanvas } from '../../src/lib/pixel-canvas.ts';
import { report, sizeOf } from '../kit/experiment.ts';
import { type SmtpSink, startSmtpSink } from '../kit/smtp-sink.ts';
import { addressesOf, type FaultHouse, openFaultHouse, pause, until } from './fault-house.ts';

const recipients = sizeOf('F16_RECIPIENTS', 300, 2_000);
const perSecond = sizeOf('F16_RATE', 20, 50);
let house: FaultHouse;
let sink: SmtpSink;
let key: string;

beforeAll(async () => {
  sink = await startSmtpSink();
  house = await openFaultHouse({ SMTP_URL: sink.url, MAIL_RATE: '20', DRAIN_SECONDS: '5' });
  await house.server.start();
  key = await house.campaign('drain', []);
});
afterAll(async () => {
  await house?.close();
  await sink?.stop();
});

/** What became of the requests of one load. */
interface Loaded {
  answered: number;
  /** Answered by anything but yes. */
  otherwise: (number | undefined)[];
  /** Accepted and never answered. */
  cutOff: string[];
}

/** A request that may yet be sent to the end. */
interface HalfSent {
  socket: Socket;
  finish(): void;
  /** Everything that came back until the connection ended. */
  answer: Promise<string>;
}

function multipart(): { head: string; body: Buffer } {
  const canvas = pixelCanvas(40, 30);
  canvas.paint((x, y) => [x * 5, y * 7, 90]);
  const part =
    '--half\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n';
  const body = Buffer.concat([Buffer.from(part), canvas.png(), Buffer.from('\r\n--half--\r\n')]);
  const head = `POST /api/images HTTP/1.1\r\nHost: steward\r\nContent-Type: multipart/form-data; boundary=half\r\nContent-Length: ${body.length}\r\n\r\n`;
  return { head, body };
}

/** Sends the first half of an upload. */
async function halfUpload(): Promise<HalfSent> {
  const { head, body } = multipart();
  const socket = connect(Number(new URL(house.server.base).port), '127.0.0.1');
  let said = '';
  socket.on('data', (chunk) => (said += chunk.toString('latin1')));
  socket.on('error', () => {});
  const answer = new Promise<string>((resolve) => socket.once('close', () => resolve(said)));
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.write(head);
  await new Promise<void>((resolve) => socket.write(body.subarray(0, 100), () => resolve()));
  return { socket, finish: () => socket.write(body.subarray(100)), answer };
}

/** Sends people as a front end behind a balancer does: to this process for as long as it says that it is ready. */
async function loadUntilUnready(name: string): Promise<Loaded> {
  const loaded: Loaded = { answered: 0, otherwise: [], cutOff: [] };
  const open = new Set<Promise<void>>();
  let isReady = true;
  const watching = (async () => {
    while (isReady) {
      isReady = await fetch(`${house.server.base}/readyz`, { headers: { connection: 'close' } }).then(
        ({ status }) => status === 200,
        () => false,
      );
      await pause(50);
    }
  })();
  for (let i = 0; isReady; i += 1) {
    const one: Promise<void> = house
      .post('/api/addUserData', { token: key, email: [`${name}${i}@example.org`] })
      .then((reply) => {
        if (reply === undefined) loaded.cutOff.push(`${name}${i}`);
        else if (reply.status === 200 && reply.json.code === 0) loaded.answered += 1;
        else loaded.otherwise.push(reply.status);
      })
      .finally(() => open.delete(one));
    open.add(one);
    await pause(1000 / perSecond);
  }
  await watching;
  await Promise.all(open);
  return loaded;
}

it(`ends with 0 in the middle of ${recipients} notices and an export, answers all it accepted, and does the rest later`, async () => {
  for (let from = 0; from < recipients; from += 500)
    await house.post('/api/addUserData', { token: key, email: addressesOf(recipients).slice(from, from + 500) });
  const apiKey = await house.apiKey('certificates:read,certificates:export');
  expect((await house.post('/api/email', { token: key, action: 'send' }))?.json).toMatchObject({ code: 0 });
  const exported = await house.post(
    '/api/actions/certificates/export-recipient',
    { selection: { all: true }, form: {} },
    { authorization: `Bearer ${apiKey}`, 'idempotency-key': 'export-at-the-end' },
  );
  expect([200, 202]).toContain(exported?.status);
  await until('some notices have left', async () => sink.accepted.length > 5);
  const upload = await halfUpload();
  const loading = loadUntilUnready('late');
  await pause(1000);
  const ending = house.server.stop('SIGTERM');
  const loaded = await loading;
  // The balancer has turned away, and the process is still there for who was let in.
  upload.finish();
  const code = await ending;
  const uploaded = await upload.answer;
  expect(uploaded).toMatch(/^HTTP\/1\.1 200 /);
  expect(uploaded).toMatch(/\r\nconnection: close\r\n/i);
  expect(loaded.cutOff).toEqual([]);
  expect(loaded.otherwise).toEqual([]);
  expect(loaded.answered).toBeGreaterThan(0);
  expect(code).toBe(0);
  // Every yes is in the database, nothing was left in anybody's hands, and there was something left to do.
  expect(await house.count(`select count(*) from "Recipient" where email like 'late%'`)).toBe(loaded.answered);
  expect(await house.count(`select count(*) from "Message" where state = 'sending'`)).toBe(0);
  expect(await house.count('select count(*) from "Instance"')).toBe(0);
  const waiting = await house.count(`select count(*) from "Message" where state = 'queued'`);
  const open = await house.count(`select count(*) from "Run" where state <> 'finished'`);
  expect(waiting + open).toBeGreaterThan(0);
  const left = sink.accepted.length;

  await house.server.start();
  const sent = `select count(*) from "Message" where state = 'sent' and kind = 'certificates.notice'`;
  await until('the rest has left', async () => (await house.count(sent)) >= recipients, 400);
  await until(
    'every run has ended',
    async () => (await house.count(`select count(*) from "Run" where state <> 'finished'`)) === 0,
  );
  const to = sink.accepted.map((mail) => mail.to.join());
  expect(new Set(to).size).toBe(to.length);
  expect(await house.count(`select count(*) from "Message" where state = 'unknown'`)).toBe(0);
  report('F16', {
    recipients,
    'sent before the end': left,
    answered: loaded.answered,
    'cut off': 0,
    doubled: 0,
    unknown: 0,
  });
}, 900_000);

it('waits for who was let in, until a second signal forces it', async () => {
  const upload = await halfUpload();
  const ending = house.server.stop('SIGTERM');
  await until('it says that it is not ready', async () => (await fetch(`${house.server.base}/readyz`)).status === 503);
  // Two signals within a second are one key press that npm passes on; this is another one.
  await pause(1_500);
  expect(await house.server.stop('SIGTERM')).toBe(1);
  expect(await ending).toBe(1);
  expect(await upload.answer).toBe('');
}, 300_000);

it('cuts off where the process just ends: the control', async () => {
  await house.server.start();
  const upload = await halfUpload();
  const loading = loadUntilUnready('gone');
  await pause(1000);
  await house.server.stop('SIGKILL');
  upload.finish();
  const loaded = await loading;
  const cutOff = loaded.cutOff.length + ((await upload.answer) === '' ? 1 : 0);
  report('F16 control', { answered: loaded.answered, 'cut off': cutOff });
  expect(cutOff).toBeGreaterThan(0);
}, 300_000);
