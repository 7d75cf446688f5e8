// The wire contract as tables: every route, every code, in the order stranger, wrong key, right key, edge; and what did not happen.
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressKey } from '../../../src/core/limits.ts';
import { open } from '../../../src/core/tokens.ts';
import { pixelCanvas } from '../../../src/lib/pixel-canvas.ts';
import { readStored, resolveLayout } from '../../../src/modules/certificates/layout.ts';
import { fingerprint, rawRequest, Visitor } from '../../kit/http.ts';
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

const campaign = () => house.core.db.campaign.findUniqueOrThrow({ where: { id: campaignId } });
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

describe('updateOrgConfig', () => {
  const set = async (values: object) => (await visitor.post('/api/updateOrgConfig', { token: key, ...values })).json;

  it('changes name and website; null, absent and empty keep them, and the Referer changes nothing', async () => {
    expect(await set({ name: '武汉2020', website: 'https://wuhan.example.org' })).toMatchObject({
      code: 0,
      data: null,
    });
    const answer = await visitor.post(
      '/api/updateOrgConfig',
      { token: key, name: null, website: '', username: '' },
      {
        referer: 'http://evil.example/admin.html',
      },
    );
    expect(answer.json).toMatchObject({ code: 0 });
    expect(await campaign()).toMatchObject({
      organisation: '武汉2020',
      website: 'https://wuhan.example.org',
      claimAddress: '',
      mailAccountId: null,
    });
  });

  it('sets positions given as numbers or as texts; 0 keeps the name and hides number and date', async () => {
    await set({
      name_horizontal_pos: '375',
      name_vertical_pos: 470,
      serial_number_horizontal_pos: 310,
      serial_number_vertical_pos: 285,
      date_horizontal_pos: 434,
      date_vertical_pos: 900,
    });
    const layoutNow = async () => resolveLayout((await campaign()).layout, false);
    expect(await layoutNow()).toMatchObject({
      name: { x: 375, y: 470 },
      number: { x: 310, y: 285 },
      date: { x: 434, y: 900 },
    });
    await set({
      name_horizontal_pos: 0,
      name_vertical_pos: 0,
      serial_number_horizontal_pos: -1,
      date_horizontal_pos: 0,
    });
    expect(await layoutNow()).toMatchObject({ name: { x: 375, y: 470 }, number: null, date: null });
  });

  it.each([
    { name_horizontal_pos: 5000 },
    { name_horizontal_pos: 12.5 },
    { name_vertical_pos: 'NaN' },
    { date_horizontal_pos: 10, date_vertical_pos: 99999 },
    { name_horizontal_pos: { set: 1 } },
    { website: 'javascript:alert(1)' },
    { smtp_port: 70000 },
    { smtp_ssl: 'maybe' },
    { min_second: -1 },
    { server_address: 'mail.example.org/x' },
    { username: 'a@b.c\r\nx' },
  ])('refuses %j with a reason and changes nothing', async (values) => {
    const before = await fingerprint(house.core, tables);
    expect(await set({ name: 'Should not stay', ...values })).toMatchObject({
      code: 1,
      message: expect.stringMatching(/./),
    });
    expect(await fingerprint(house.core, tables)).toBe(before);
  });

  it('keeps the mail password sealed, derives the server from the user name, and asks again for another server', async () => {
    expect(await set({ username: 'org@mail.example.org', password: 'hunter2 geheim' })).toMatchObject({ code: 0 });
    const account = async () =>
      house.core.db.mailAccount.findUniqueOrThrow({ where: { id: (await campaign()).mailAccountId ?? '' } });
    const first = await account();
    expect(first).toMatchObject({
      host: 'smtp.mail.example.org',
      port: 465,
      tls: true,
      fromAddress: 'org@mail.example.org',
    });
    expect(JSON.stringify(first)).not.toContain('hunter2');
    expect(open(house.core.config.appKey, 'mail-account', first.passwordSealed!)).toBe('hunter2 geheim');
    expect(await set({ server_address: 'smtp.evil.example' })).toMatchObject({ code: 1 });
    await set({ smtp_port: '587', smtp_ssl: 'false', min_second: 1, max_second: 2 });
    expect(await account()).toMatchObject({ host: 'smtp.mail.example.org', port: 587, tls: false, pauseSeconds: 1.5 });
    expect(house.logged.filter((line) => line.includes('hunter2'))).toEqual([]);
    await house.core.db.campaign.update({ where: { id: campaignId }, data: { mailAccountId: null } });
  });

  it('cannot change the key', async () => {
    await set({ admin_token: 'mine', frontend_url: 'http://evil.example' });
    expect((await visitor.post('/api/email', { token: 'mine', action: 'query' })).json).toMatchObject({ code: 1 });
    expect((await visitor.post('/api/email', { token: key, action: 'query' })).json).toMatchObject({ code: 0 });
    expect((await campaign()).claimAddress).toBe('');
  });
});

describe('uploadImage', () => {
  const upload = async (bytes: Uint8Array, options: { token?: string; field?: string } = {}) => {
    const form = new FormData();
    form.append(options.field ?? 'template', new Blob([bytes as BlobPart]), '../../evil.png');
    const headers = { token: options.token ?? key };
    const response = await fetch(`${house.web.url}/api/uploadImage`, { method: 'POST', body: form, headers });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  const png = () => pixelCanvas(750, 1200).png();

  it('takes a picture, writes it anew, and keeps the positions', async () => {
    expect((await upload(png())).json).toEqual({ code: 0, data: null, message: 'upload successfully' });
    const { templateId, layout } = await campaign();
    expect(readStored(layout)).toMatchObject({ width: 750, height: 1200, name: { x: 375, y: 470 } });
    const kept = await house.core.files.bytes(templateId!);
    expect(kept.subarray(1, 4).toString()).toBe('PNG');
    expect((await house.core.files.find(templateId!)).name).toBe('template.png');
  });

  const bomb = () => {
    const bytes = Buffer.from(png());
    bytes.writeUInt32BE(60_000, 16);
    bytes.writeUInt32BE(60_000, 20);
    return bytes;
  };
  const bad: [string, () => Uint8Array][] = [
    ['a text', () => Buffer.from('not a picture')],
    ['an SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ['half a PNG', () => png().subarray(0, 900)],
    ['a PNG that claims 3,600 megapixels', bomb],
    ['a GIF', () => Buffer.from('GIF89a\x01\x00\x01\x00')],
    ['an empty file', () => Buffer.alloc(0)],
    [
      'HTML behind a PNG head',
      () => Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from('<html>')]),
    ],
    ['a picture of 100 by 100', () => pixelCanvas(100, 100).png()],
    ['deflated rubbish', () => deflateSync(Buffer.alloc(5000))],
  ];
  it.each(bad)('refuses %s and keeps the picture before', async (_what, bytes) => {
    const before = await fingerprint(house.core, [...tables, 'StoredFile']);
    const answer = await upload(bytes());
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ code: 1, message: expect.stringMatching(/picture|missing/) });
    expect(await fingerprint(house.core, [...tables, 'StoredFile'])).toBe(before);
  });

  it('refuses a wrong key, another field, and more than 10 MB', async () => {
    expect((await upload(png(), { token: 'abc' })).json).toMatchObject({ code: 1, message: '网络异常' });
    expect((await upload(png(), { field: 'picture' })).json).toMatchObject({ code: 1 });
    expect((await upload(Buffer.alloc(10_300_000))).status).toBe(413);
  });

  it('survives broken multipart bodies', async () => {
    const head = 'POST /api/uploadImage HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
    const bodies = [
      `${head}Content-Type: multipart/form-data\r\nContent-Length: 5\r\n\r\nhello`,
      `${head}Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 16\r\n\r\n--x\r\n\r\n\r\n--x--\r\n`,
    ];
    for (const body of bodies) expect((await rawRequest(house.web.port, [body])).status).toBe(200);
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
