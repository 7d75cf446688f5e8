// The wire contract as tables: every route, every code, in the order stranger, wrong key, right key, edge; and what did not happen.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressKey } from '../../../src/core/limits.ts';
import { fingerprint, Visitor } from '../../kit/http.ts';
import { until } from '../../kit/until.ts';
import { type House, mailsTo, makeCampaign, notifiedToken, openHouse, recipientOf } from './certificates-house.ts';

let house: House;
let visitor: Visitor;
let key: string;
let campaignId: string;
let otherKey: string;
const tables = ['Campaign', 'Recipient', 'Certificate', 'MailAccount', 'Message', 'Run'];

beforeAll(async () => {
  house = await openHouse();
  visitor = new Visitor(house.web);
  await house.startWorker();
  const made = await makeCampaign(house, 'still@example.org\nclaimer@example.org,7,Ada\nlate@example.org\n');
  key = made.key;
  campaignId = made.campaign.id;
  otherKey = (await makeCampaign(house, 'other@example.org', { title: 'Other' })).key;
});
afterAll(() => house?.close());

const json = { 'content-type': 'application/json' };

describe('every route answers HTTP 200 with code, data and message', () => {
  const calls: [what: string, method: string, path: string, body: string | undefined, code: number][] = [
    ['a missing token', 'GET', '/api/getUserInfo', undefined, 1],
    ['an empty token', 'GET', '/api/getUserInfo?token=', undefined, 1],
    ['an unknown token', 'GET', '/api/getUserInfo?token=dsfasgdafgaggsdagdsgdsfasgdafgag', undefined, 1],
    ['a token given twice', 'GET', '/api/getUserInfo?token=a&token=b', undefined, 1],
    ['an address as a token', 'GET', '/api/getUserInfo?token=still%40example.org', undefined, 1],
    ['a NUL in the token', 'GET', '/api/getUserInfo?token=%00', undefined, 1],
    ['no name', 'POST', '/api/submitUserInfo', '{"token":"x"}', 1],
    ['a null name', 'POST', '/api/submitUserInfo', '{"token":"x","name":null}', 1],
    ['a blank name', 'POST', '/api/submitUserInfo', '{"token":"x","name":"  \\u200b "}', 1],
    ['a name of 101 characters', 'POST', '/api/submitUserInfo', `{"token":"x","name":"${'a'.repeat(101)}"}`, 1],
    ['a name that is a number', 'POST', '/api/submitUserInfo', '{"token":"x","name":5}', 1],
    ['no token', 'POST', '/api/submitUserInfo', '{"name":"Ada"}', 2],
    ['an unknown token', 'POST', '/api/submitUserInfo', '{"token":"nobody","name":"Ada"}', 2],
    ['an address as a token', 'POST', '/api/submitUserInfo', '{"token":"still@example.org","name":"Ada"}', 2],
    ['an object as a token', 'POST', '/api/submitUserInfo', '{"token":{"contains":""},"name":"Ada"}', 2],
    ['malformed JSON', 'POST', '/api/submitUserInfo', '{"token"', 1],
    ['an empty body', 'POST', '/api/submitUserInfo', '', 1],
    ['a JSON list', 'POST', '/api/submitUserInfo', '[]', 1],
    ['a stranger', 'POST', '/api/addUserData', '{"email":["a@b.c"]}', 1],
    ['the old default key', 'POST', '/api/addUserData', '{"token":"1234","email":["a@b.c"]}', 1],
    ['malformed JSON', 'POST', '/api/addUserData', '}', 1],
    ['a stranger', 'POST', '/api/updateOrgConfig', '{"name":"Mine"}', 1],
    ['a null key', 'POST', '/api/updateOrgConfig', '{"token":null,"name":"Mine"}', 1],
    ['a stranger', 'POST', '/api/email', '{"action":"send"}', 1],
    ['a wrong key', 'POST', '/api/email', '{"token":"stw_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","action":"send"}', 1],
    ['no multipart', 'POST', '/api/uploadImage', '{}', 1],
    ['a wrong method', 'PUT', '/api/email', '{}', 1],
    ['GET on a POST route', 'GET', '/api/submitUserInfo', undefined, 1],
  ];
  it.each(calls)('%s: %s %s', async (_what, method, path, body, code) => {
    const before = await fingerprint(house.core, tables);
    const answer = await visitor.send(method, path, { body, headers: json });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(Object.keys(answer.json ?? {}).sort()).toEqual(['code', 'data', 'message']);
    expect(answer.json).toMatchObject({ code, message: expect.stringMatching(/./) });
    expect(answer.text).not.toMatch(/node_modules|prisma|at \w+ \(/i);
    expect(await fingerprint(house.core, tables)).toBe(before);
  });

  it('uses other statuses only for a body that is too large', async () => {
    const answer = await visitor.send('POST', '/api/submitUserInfo', {
      body: `{"name":"${'x'.repeat(70_000)}"}`,
      headers: json,
    });
    expect(answer.status).toBe(413);
    expect(answer.json).toMatchObject({ code: 413, message: expect.any(String) });
  });
});

describe('the three answers with a status of their own keep the shape', () => {
  const shape = { data: null, message: expect.stringMatching(/./) };

  it('429 after too many calls from one address, with the seconds to wait', async () => {
    const rule = { name: 'certificates.read', points: 3000, seconds: 300 };
    await house.core.limits.penalty(rule, addressKey('127.0.0.1'), 3000);
    const answer = await visitor.get('/api/getUserInfo?token=x');
    await house.core.db.rateLimit.deleteMany();
    expect([answer.status, answer.json]).toEqual([429, { code: 429, ...shape }]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await visitor.get('/api/getUserInfo?token=x')).status).toBe(200);
  });

  it('500 when something of ours is broken, without a word of what', async () => {
    const { pool } = house.core.database;
    await pool.query('ALTER TABLE "Recipient" RENAME TO "Hidden"');
    const answers = [
      await visitor.get('/api/getUserInfo?token=dsfasgdafgaggsdagdsgdsfasgdafgag'),
      await visitor.post('/api/submitUserInfo', { token: 'dsfasgdafgaggsdagdsgdsfasgdafgag', name: 'Ada' }),
    ];
    await pool.query('ALTER TABLE "Hidden" RENAME TO "Recipient"');
    for (const { status, json: body, text } of answers) {
      expect([status, body]).toEqual([500, { code: 500, ...shape }]);
      expect(text).not.toMatch(/Recipient|prisma|relation|node_modules/i);
    }
  });
});

describe('getUserInfo', () => {
  it('says nothing about somebody whom no notice has reached', async () => {
    const answer = await visitor.get('/api/getUserInfo?token=still@example.org');
    expect(answer.json).toEqual({ code: 1, data: '', message: 'user not in server' });
  });

  it('gives address and name only, and fifty looks of mail scanners change nothing', async () => {
    const token = await notifiedToken(house, 'claimer@example.org');
    const before = await fingerprint(house.core, tables);
    for (let n = 0; n < 50; n += 1) {
      const method = ['GET', 'HEAD', 'OPTIONS'][n % 3]!;
      const answer = await visitor.send(method, `/api/getUserInfo?token=${token}`);
      expect(answer.status).toBeLessThan(300);
      if (method === 'GET') expect(answer.json?.data).toEqual({ email: 'claimer@example.org', name: 'Ada' });
      expect((await visitor.send(method, `/certificates/?token=${token}`)).status).toBeLessThan(500);
    }
    expect(await fingerprint(house.core, tables)).toBe(before);
  });

  it('lets a link expire', async () => {
    const token = await notifiedToken(house, 'late@example.org');
    const where = { email: 'late@example.org' };
    await house.core.db.recipient.updateMany({ where, data: { tokenExpiresAt: new Date(Date.now() - 1000) } });
    expect((await visitor.get(`/api/getUserInfo?token=${token}`)).json).toMatchObject({ code: 1, data: '' });
    expect((await visitor.post('/api/submitUserInfo', { token, name: 'Late' })).json).toMatchObject({ code: 2 });
    expect(await recipientOf(house, 'late@example.org')).toMatchObject({ state: 'notified', name: '' });
  });
});

describe('the preflight of a browser', () => {
  it.each(['GET', 'POST'])('succeeds for %s from an allowed origin', async (method) => {
    const path = method === 'GET' ? '/api/getUserInfo?token=x' : '/api/submitUserInfo';
    const answer = await visitor.send('OPTIONS', path, {
      headers: {
        origin: 'https://community.example.org',
        'access-control-request-method': method,
        'access-control-request-headers': 'content-type,token',
        'sec-fetch-site': 'cross-site',
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://community.example.org');
    expect(answer.headers.get('access-control-allow-methods')).toContain(method);
    expect(answer.headers.get('access-control-allow-headers')).toContain('content-type');
    const evil = await visitor.send('OPTIONS', path, { headers: { origin: 'https://evil.example' } });
    expect(evil.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('addUserData', () => {
  it('adds people, skips blank, repeated and malformed lines with reasons, and takes any content type', async () => {
    const email = [
      'new@example.info',
      'plus+tag@mail.example.photography,SV-9',
      '',
      'new@example.info',
      'STILL@example.org',
      'no address',
      'a@b@c.org',
      'x@example.org\r\nBcc: evil@example.org',
      5,
    ];
    const answer = await visitor.send('POST', '/api/addUserData', {
      body: JSON.stringify({ token: key, email }),
      headers: { 'content-type': 'text/plain' },
    });
    expect(answer.json).toEqual({
      code: 0,
      message: 'update emails successfully',
      data: {
        added: 2,
        skipped: [
          { line: 3, reason: 'blank line' },
          { line: 4, reason: 'repeated in this list' },
          { line: 5, reason: 'already in this campaign' },
          { line: 6, reason: 'not a valid e-mail address' },
          { line: 7, reason: 'not a valid e-mail address' },
          { line: 8, reason: 'not a valid e-mail address' },
          { line: 9, reason: 'not a valid e-mail address' },
        ],
      },
    });
    expect(await recipientOf(house, 'plus+tag@mail.example.photography')).toMatchObject({
      number: 'SV-9',
      state: 'added',
      campaignId,
    });
  });

  it('adds to the campaign of its key only', async () => {
    await visitor.post('/api/addUserData', { token: otherKey, email: ['mine@example.org'] });
    expect((await recipientOf(house, 'mine@example.org')).campaignId).not.toBe(campaignId);
  });

  it.each([undefined, null, 'a@b.c', {}, 7])('refuses %j as a list', async (email) => {
    expect((await visitor.post('/api/addUserData', { token: key, email })).json).toMatchObject({ code: 1 });
  });

  it('adds each person once when two lists come at the same moment', async () => {
    const email = Array.from({ length: 300 }, (_, n) => `twin${n}@example.org`);
    const answers = await Promise.all([1, 2, 3].map(() => visitor.post('/api/addUserData', { token: key, email })));
    const added = answers.map(({ json }) => (json as { data: { added: number } }).data.added);
    expect(added.reduce((sum, one) => sum + one)).toBe(300);
    expect(await house.core.db.recipient.count({ where: { email: { startsWith: 'twin' } } })).toBe(300);
    await house.core.db.recipient.deleteMany({ where: { email: { startsWith: 'twin' } } });
  });
});

describe('email', () => {
  it('sends to everybody who waits, one run at a time, and tells how far it is', async () => {
    const people = Array.from({ length: 45 }, (_, n) => `many${n}@example.org`);
    await visitor.post('/api/addUserData', { token: key, email: people });
    house.behave.set('many7@example.org', { at: 'rcpt', code: 550, text: '5.1.1 no such user' });
    const answers = await Promise.all([1, 2, 3].map(() => visitor.post('/api/email', { token: key, action: 'send' })));
    for (const { json: answer } of answers)
      expect(answer).toMatchObject({ code: 0, message: 'start send email jobs successfully' });
    const query = async () => (await visitor.post('/api/email', { token: key, action: 'query' })).json?.data as Query;
    await until(async () => (await query()).remaining === 1 && (await query()).failed.length === 1);
    expect((await query()).failed).toEqual([
      { email: 'many7@example.org', state: 'added', reason: expect.stringContaining('5.1.1 no such user') },
    ]);
    for (const address of people.filter((one) => one !== 'many7@example.org'))
      expect(mailsTo(house, address)).toHaveLength(1);
    expect(mailsTo(house, 'other@example.org')).toHaveLength(0);
    expect((await recipientOf(house, 'other@example.org')).state).toBe('added');
  });

  it('sends a second time only to whom the first did not reach', async () => {
    const before = house.sink.accepted.length;
    house.behave.delete('many7@example.org');
    await visitor.post('/api/email', { token: key, action: 'send' });
    await until(async () => (await recipientOf(house, 'many7@example.org')).state === 'notified');
    expect(house.sink.accepted.length).toBe(before + 1);
  });

  it('knows no other action', async () => {
    expect((await visitor.post('/api/email', { token: key, action: 'delete' })).json).toMatchObject({ code: 1 });
  });
});

interface Query {
  remaining: number;
  failed: { email: string; reason: string }[];
}
