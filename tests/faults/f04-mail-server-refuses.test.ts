// F4: the mail server refuses: some addresses for good, some for a while, our login altogether. One bad address stops nobody else.
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { report, sizeOf } from '../kit/experiment.ts';
import { type Behaviour, type SmtpSink, startSmtpSink } from '../kit/smtp-sink.ts';
import { addressesOf, type FaultHouse, openFaultHouse, until } from './fault-house.ts';

const each = sizeOf('F4_EACH', 5, 60);
const login = { user: 'steward', password: 'right' };
let isLoginRight = false;

const refusals: Record<string, Behaviour> = {
  busy: { at: 'rcpt', code: 450, text: '4.2.1 Try again later' },
  local: { at: 'data', code: 451, text: '4.3.0 Local trouble' },
  closing: { at: 'data', code: 421, text: '4.3.2 Closing' },
  full: { at: 'data', code: 552, text: '5.2.2 Mailbox full' },
  gone: { at: 'rcpt', code: 550, text: '5.1.1 No such user' },
};
const forAWhile = new Set(['busy', 'local', 'closing']);

/** What is refused for a while is refused once. */
function behave(to: string, times: number): Behaviour | undefined {
  const kind = to.replace(/\d.*/, '');
  return forAWhile.has(kind) && times > 1 ? undefined : refusals[kind];
}

let sink: SmtpSink;
let house: FaultHouse;
beforeAll(async () => {
  sink = await startSmtpSink({
    behave,
    login: {
      user: login.user,
      get password() {
        return isLoginRight ? login.password : 'another';
      },
    },
  });
  house = await openFaultHouse({ SMTP_URL: `smtp://steward:right@127.0.0.1:${sink.port}` });
  await house.server.start();
});
afterAll(async () => {
  await house?.close();
  await sink?.stop();
});

const stateOf = (kind: string, state: string) =>
  house.count(`select count(*) from "Message" where "toAddress" like $1 and state = $2::"MessageState"`, [
    `${kind}%`,
    state,
  ]);

it('pauses at a refused login, then refuses for good, tries again, or delivers, each address by itself', async () => {
  const kinds = [...Object.keys(refusals), 'fine'];
  // Mixed, so that a refusal stands before and after every good address.
  const addresses = addressesOf(each, 'x').flatMap((_, i) => kinds.map((kind) => `${kind}${i}@example.org`));
  const key = await house.campaign('refused', addresses);
  expect((await house.post('/api/email', { token: key, action: 'send' }))?.json).toMatchObject({ code: 0 });
  await until(
    'there is an alarm',
    async () => (await house.count(`select count(*) from "Alarm" where key like 'login:%'`)) > 0,
  );
  expect(sink.accepted).toHaveLength(0);
  expect(await house.count(`select count(*) from "Message" where state = 'failed'`)).toBe(0);
  const logins = sink.logins;
  expect(logins).toBeLessThanOrEqual(8);

  // Staff mend the login; the pause is cut short here, because it is five minutes.
  isLoginRight = true;
  await house.sql.query(`update "SendingClock" set "nextAt" = now()`);
  const settled = async () =>
    (await stateOf('fine', 'sent')) === each &&
    (await stateOf('full', 'failed')) === each &&
    (await stateOf('gone', 'failed')) === each;
  await until('what is final is settled', settled, 240);
  expect(
    await house.count(`select count(*) from "Message" where state = 'failed' and (reply is null or reply = '')`),
  ).toBe(0);
  for (const kind of forAWhile) expect(await stateOf(kind, 'failed')).toBe(0);
  await until(
    'what was refused for a while is delivered',
    async () => {
      // The pauses between tries grow to hours; here the next try is due at once.
      await house.sql.query(`update "Message" set "notBefore" = now() where state = 'queued'`);
      for (const kind of forAWhile) if ((await stateOf(kind, 'sent')) < each) return false;
      return true;
    },
    300,
  );
  const to = sink.accepted.map((mail) => mail.to.join());
  expect(to).toHaveLength(each * 4);
  expect(new Set(to).size).toBe(each * 4);
  report('F4', {
    addresses: addresses.length,
    delivered: to.length,
    'failed for good': each * 2,
    'logins while refused': logins,
  });
}, 900_000);

it('stops at the first refusal where nobody looks at it: the control', async () => {
  const transport = createTransport({
    host: '127.0.0.1',
    port: sink.port,
    auth: { user: login.user, pass: login.password },
    ignoreTLS: true,
  });
  const before = sink.accepted.length;
  const naive = async () => {
    for (const to of ['ok1@example.org', 'gone999@example.org', 'ok2@example.org'])
      await transport.sendMail({ from: 'steward@example.org', to, text: 'Hello' });
  };
  await expect(naive()).rejects.toThrow();
  expect(sink.accepted.length - before).toBe(1);
  report('F4 control', { 'delivered of 2 good ones': 1 });
}, 60_000);
