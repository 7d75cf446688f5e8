// The organiser is a guest: the mail server of a campaign that is named at the organiser's door is never looked for inside the house's
// own network. The control sends through the very same server where our own calls may reach this machine.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Visitor } from '../../kit/http.ts';
import { type SmtpSink, startSmtpSink } from '../../kit/smtp-sink.ts';
import { type House, makeCampaign, openHouse, until } from './certificates-house.ts';

let inner: SmtpSink;
let house: House;
let trying: House;

beforeAll(async () => {
  inner = await startSmtpSink();
  house = await openHouse();
  trying = await openHouse({ OUTGOING_LOOPBACK: 'true' });
}, 120_000);

afterAll(async () => {
  await house?.close();
  await trying?.close();
  await inner?.stop();
});

/** Names a server at the organiser's door, sends the notice, and returns the message once something was tried. */
async function tried(where: House, server: string) {
  await where.startWorker();
  const visitor = new Visitor(where.web);
  const email = `${server.replace(/\W/g, '-')}@example.org`;
  const { key } = await makeCampaign(where, `${email}\n`, { title: `Through ${server}` });
  const settings = { server_address: server, smtp_port: inner.port, smtp_ssl: false, username: 'office@example.org' };
  expect((await visitor.post('/api/updateOrgConfig', { token: key, ...settings })).json).toMatchObject({ code: 0 });
  await visitor.post('/api/email', { token: key, action: 'send' });
  const search = { toAddress: email, attemptCount: { gt: 0 }, state: { not: 'sending' as const } };
  await until(async () => (await where.core.db.message.count({ where: search })) > 0);
  return where.core.db.message.findFirstOrThrow({ where: search });
}

it.each([['127.0.0.1'], ['localhost'], ['0.0.0.0'], ['127.1']])(
  '%s: nothing is asked there, and the answer says why',
  async (server) => {
    const { state, reply } = await tried(house, server);
    expect(state).not.toBe('sent');
    expect(reply).toContain('The address leads into a private network.');
    expect([inner.asked, inner.accepted]).toEqual([[], []]);
  },
  60_000,
);

it('goes through where our own calls may reach this machine', async () => {
  const { state } = await tried(trying, '127.0.0.1');
  expect(state).toBe('sent');
  expect(inner.accepted).toHaveLength(1);
}, 60_000);
