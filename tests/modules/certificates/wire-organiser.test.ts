// The wire contract of what organisers set: their configuration and their picture.
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open } from '../../../src/core/tokens.ts';
import { pixelCanvas } from '../../../src/lib/pixel-canvas.ts';
import { readStored, resolveLayout } from '../../../src/modules/certificates/layout.ts';
import { fingerprint, rawRequest, Visitor } from '../../kit/http.ts';
import { type House, makeCampaign, openHouse } from './certificates-house.ts';

let house: House;
let visitor: Visitor;
let key: string;
let campaignId: string;
const tables = ['Campaign', 'Recipient', 'Certificate', 'MailAccount', 'Message', 'Run'];

beforeAll(async () => {
  house = await openHouse();
  visitor = new Visitor(house.web);
  await house.startWorker();
  const made = await makeCampaign(house, 'still@example.org\nclaimer@example.org,7,Ada\nlate@example.org\n');
  key = made.key;
  campaignId = made.campaign.id;
});
afterAll(() => house?.close());

const campaign = () => house.core.db.campaign.findUniqueOrThrow({ where: { id: campaignId } });

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
