// F16: SIGTERM under load, with an upload half sent, a bulk mail and an export under way. The readiness fails first; what was accepted is
// answered; work stops at a checkpoint and goes on after the next start; the process ends by itself with 0, and a second signal forces it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { report, sizeOf } from '../kit/experiment.ts';
import { type SmtpSink, startSmtpSink } from '../kit/smtp-sink.ts';
import { addressesOf, type FaultHouse, openFaultHouse, pause, until } from './fault-house.ts';
import { halfUpload, loadUntilUnready } from './in-flight.ts';

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
  const upload = await halfUpload(house);
  const loading = loadUntilUnready(house, { key, name: 'late', perSecond });
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
  const upload = await halfUpload(house);
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
  const upload = await halfUpload(house);
  const loading = loadUntilUnready(house, { key, name: 'gone', perSecond });
  await pause(1000);
  await house.server.stop('SIGKILL');
  upload.finish();
  const loaded = await loading;
  const cutOff = loaded.cutOff.length + ((await upload.answer) === '' ? 1 : 0);
  report('F16 control', { answered: loaded.answered, 'cut off': cutOff });
  expect(cutOff).toBeGreaterThan(0);
}, 300_000);
