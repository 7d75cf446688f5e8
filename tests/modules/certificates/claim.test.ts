// From the notice to the mailed certificate, against a real database, worker, web server and mail server.
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Visitor } from '../../kit/http.ts';
import { until } from '../../kit/until.ts';
import { type House, mailsTo, makeCampaign, notifiedToken, openHouse, recipientOf } from './certificates-house.ts';

let house: House;
let visitor: Visitor;

beforeAll(async () => {
  house = await openHouse();
  visitor = new Visitor(house.web);
  await house.startWorker();
});
afterAll(() => house?.close());

describe('the way of a certificate', () => {
  it('goes from the notice over the claimed name to a mail with PNG and PDF', async () => {
    await makeCampaign(house, 'wang@example.org,42', { language: 'zh', title: '春季志愿者' });
    const token = await notifiedToken(house, 'wang@example.org');
    const [notice] = mailsTo(house, 'wang@example.org');
    const read = await PostalMime.parse(notice!.raw);
    expect(read.subject).toBe('快来领取您的《 Green Canal 志愿者证书》');
    expect(read.text).toContain(`https://steward.example.org/certificates/?token=${token}`);

    const info = await visitor.get(`/api/getUserInfo?token=${token}`);
    expect(info.json).toEqual({ code: 0, data: { email: 'wang@example.org', name: '' }, message: 'success' });

    const answer = await visitor.post('/api/submitUserInfo', { token, name: '  王小明 ' });
    await until(async () => (await recipientOf(house, 'wang@example.org')).state === 'mailed');
    expect(answer.json).toMatchObject({ code: 0, data: null });
    const row = await recipientOf(house, 'wang@example.org');
    expect(row).toMatchObject({ state: 'mailed', name: '王小明', problem: null, certificateMessageId: null });
    expect(row.certificates).toHaveLength(1);
    const mail = await PostalMime.parse(mailsTo(house, 'wang@example.org')[1]!.raw);
    expect(mail.subject).toBe('请领取您的志愿者证书');
    expect(mail.attachments.map(({ filename, mimeType }) => [filename, mimeType])).toEqual([
      ['certificate.png', 'image/png'],
      ['certificate.pdf', 'application/pdf'],
    ]);

    const again = await visitor.post('/api/submitUserInfo', { token, name: '别人' });
    expect(again.json).toMatchObject({ code: 3 });
    expect((await visitor.get(`/api/getUserInfo?token=${token}`)).json).toMatchObject({ code: 1, data: '' });
    expect((await recipientOf(house, 'wang@example.org')).name).toBe('王小明');
    expect(mailsTo(house, 'wang@example.org')).toHaveLength(2);
  });

  it('keeps the token nowhere in clear and says it in no log line', async () => {
    await makeCampaign(house, 'secret@example.org');
    const token = await notifiedToken(house, 'secret@example.org');
    await visitor.get(`/api/getUserInfo?token=${token}`);
    await visitor.post('/api/submitUserInfo', { token, name: 'Secret' });
    await until(async () => (await recipientOf(house, 'secret@example.org')).state === 'mailed');
    const { rows } = await house.core.database.pool.query<{ hit: string }>(
      `SELECT 'message' AS hit FROM "Message" m WHERE m::text LIKE $1 UNION ALL
       SELECT 'recipient' FROM "Recipient" r WHERE r::text LIKE $1 UNION ALL
       SELECT 'audit' FROM "AuditEntry" a WHERE a::text LIKE $1`,
      [`%${token}%`],
    );
    expect(rows).toEqual([]);
    expect(house.logged.length).toBeGreaterThan(0);
    expect(house.logged.filter((line) => line.includes(token) || line.includes('secret@example.org'))).toEqual([]);
  });
});
