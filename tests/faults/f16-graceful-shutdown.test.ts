// F16: SIGTERM under load, with a bulk run and an export under way. What was accepted is answered, what was begun stops at a record
// and goes on after the next start, and the process ends by itself with 0.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SmtpSink, startSmtpSink } from '../kit/smtp-sink.ts';
import { addressesOf, type FaultHouse, openFaultHouse, pause, report, sizeOf, until } from './fault-house.ts';

const recipients = sizeOf('F16_RECIPIENTS', 300, 2_000);
const perSecond = sizeOf('F16_RATE', 20, 50);
let house: FaultHouse;
let sink: SmtpSink;
beforeAll(async () => {
  sink = await startSmtpSink();
  house = await openFaultHouse({ SMTP_URL: sink.url, MAIL_RATE: '50' });
  await house.server.start();
});
afterAll(async () => {
  await house?.close();
  await sink?.stop();
});

it(`ends with 0 in the middle of ${recipients} notices and an export, answers all it accepted, and does the rest later`, async () => {
  const key = await house.campaign('drain', addressesOf(recipients));
  const apiKey = await house.apiKey('certificates:read,certificates:export');
  expect((await house.post('/api/email', { token: key, action: 'send' }))?.json).toMatchObject({ code: 0 });
  const exported = await house.post(
    '/api/actions/certificates/export-recipient',
    { selection: { all: true }, form: {} },
    { authorization: `Bearer ${apiKey}`, 'idempotency-key': 'export-at-the-end' },
  );
  expect([200, 202]).toContain(exported?.status);
  await until('some notices have left', async () => sink.accepted.length > 5);

  // A request counts as accepted once its connection was; one that came too late is refused before anything was read.
  const replies: { status: number | undefined; cause: string }[] = [];
  const open = new Set<Promise<void>>();
  let isOver = false;
  const load = (async () => {
    for (let i = 0; !isOver; i += 1) {
      const one: Promise<void> = fetch(`${house.server.base}/api/addUserData`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: key, email: [`late${i}@example.org`] }),
      })
        .then(async (answer) => {
          await answer.text();
          replies.push({ status: answer.status, cause: '' });
        })
        .catch((error: { cause?: { code?: string } }) => {
          replies.push({ status: undefined, cause: error.cause?.code ?? 'no code' });
        });
      open.add(one);
      one.finally(() => open.delete(one));
      await pause(1000 / perSecond);
    }
  })();
  await pause(1000);
  const code = await house.server.stop('SIGTERM');
  isOver = true;
  await load;
  await Promise.all(open);
  expect(code).toBe(0);
  const cutOff = replies.filter(({ status, cause }) => status === undefined && cause !== 'ECONNREFUSED');
  const refused = replies.filter(({ cause }) => cause === 'ECONNREFUSED').length;
  const answered = replies.filter(({ status }) => status === 200).length;
  const busy = replies.filter(({ status }) => status !== undefined && status !== 200);
  expect(cutOff).toEqual([]);
  expect(busy).toEqual([]);
  expect(answered).toBeGreaterThan(0);
  // Every yes is in the database, and nothing was left in anybody's hands.
  expect(await house.count(`select count(*) from "Recipient" where email like 'late%'`)).toBe(answered);
  expect(await house.count(`select count(*) from "Message" where state = 'sending'`)).toBe(0);
  const left = sink.accepted.length;

  await house.server.start();
  const sent = () =>
    house.count(`select count(*) from "Message" where state = 'sent' and kind = 'certificates.notice'`);
  await until('the rest has left', async () => (await sent()) >= recipients, 300);
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
    answered,
    'refused after it': refused,
    'cut off': cutOff.length,
    doubled: 0,
  });
}, 900_000);

it('cuts requests off where a process just ends: the control', async () => {
  const server = createServer((_request, response) => setTimeout(() => response.end('late'), 400));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const asked = fetch(`http://127.0.0.1:${port}/`).then(
    () => 'answered',
    () => 'cut off',
  );
  await pause(100);
  server.closeAllConnections();
  server.close();
  report('F16 control', { request: await asked });
  expect(await asked).toBe('cut off');
}, 30_000);
