// Two hundred clicks, and breaks at every step: one certificate, one mail, nothing lost, and a way on for volunteer and staff alike.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/index.ts';
import { runAction } from '../../../src/core/runs/run.ts';
import { submitName } from '../../../src/modules/certificates/claim.ts';
import { issueCertificate, resetRecipient, sendAgain } from '../../../src/modules/certificates/issuing.ts';
import { noticeSettled } from '../../../src/modules/certificates/settled.ts';
import { Visitor } from '../../kit/http.ts';
import { until } from '../../kit/until.ts';
import { type House, mailsTo, makeCampaign, notifiedToken, openHouse, recipientOf } from './certificates-house.ts';

let house: House;
let visitor: Visitor;
let email: string;
let token: string;
let count = 0;

beforeAll(async () => {
  house = await openHouse();
  visitor = new Visitor(house.web);
  await house.startWorker();
});
afterAll(() => house?.close());
beforeEach(async () => {
  count += 1;
  email = `volunteer${count}@example.org`;
  await makeCampaign(house, email, { title: `Campaign ${count}` });
  token = await notifiedToken(house, email);
});

const submit = async (name: string) => (await visitor.post('/api/submitUserInfo', { token, name })).json;
const certificatesSent = () => mailsTo(house, email).filter(({ raw }) => raw.includes('application/pdf'));
const set = (data: object) => house.core.db.recipient.updateMany({ where: { email }, data });

describe('many at the same moment', () => {
  it('makes one certificate and one mail of 200 submits', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => submit('Зоя Космодемьянская')));
    expect(answers.filter((answer) => answer?.code !== 0 && answer?.code !== 3)).toEqual([]);
    await until(async () => (await recipientOf(house, email)).state === 'mailed');
    expect((await recipientOf(house, email)).certificates).toHaveLength(1);
    expect(certificatesSent()).toHaveLength(1);
  });

  it('ends with one certificate that counts when names compete', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => submitName(house.core, token, `Name ${n}`)));
    await until(async () => (await recipientOf(house, email)).state === 'mailed');
    const { certificates, name } = await recipientOf(house, email);
    const counting = certificates.filter(({ supersededAt, revokedAt }) => !supersededAt && !revokedAt);
    expect(counting).toHaveLength(1);
    expect(counting[0]?.name).toBe(name);
    expect(certificatesSent()).toHaveLength(1);
  });

  it('does not draw twice when the job runs five times at once; without the row lock it would', async () => {
    await set({ state: 'submitted', name: 'Ada', submittedAt: new Date() });
    const { id } = await recipientOf(house, email);
    await Promise.all([1, 2, 3, 4, 5].map(() => issueCertificate(house.core, id)));
    await until(async () => (await recipientOf(house, email)).state === 'mailed');
    expect((await recipientOf(house, email)).certificates).toHaveLength(1);
    expect(certificatesSent()).toHaveLength(1);

    // The control: the same check and the same insert without the lock.
    await set({ state: 'submitted' });
    const unlocked = () =>
      house.core.db.$transaction(async (tx) => {
        const row = await tx.recipient.findUniqueOrThrow({ where: { id } });
        if (row.state !== 'submitted') return;
        await tx.$queryRaw`select 1 from (select pg_sleep(0.05)) as pause`;
        await tx.certificate.create({
          data: { recipientId: id, code: crypto.randomUUID(), name: 'x', issuedOn: new Date() },
        });
        await tx.recipient.update({ where: { id }, data: { state: 'drawn' } });
      });
    await Promise.all([1, 2, 3].map(unlocked));
    expect((await recipientOf(house, email)).certificates.length).toBeGreaterThan(2);
  });
});

describe('a break', () => {
  it('while drawing: says so, keeps the name, and a better name goes through', async () => {
    expect(await submit('Zoë 🌷')).toMatchObject({ code: 4, message: expect.stringContaining('🌷') });
    expect(await recipientOf(house, email)).toMatchObject({ state: 'submitted', name: 'Zoë 🌷', certificates: [] });
    expect((await visitor.get(`/api/getUserInfo?token=${token}`)).json).toMatchObject({
      code: 0,
      data: { name: 'Zoë 🌷' },
    });
    expect(await submit('Zoë')).toMatchObject({ code: 0 });
    expect(await recipientOf(house, email)).toMatchObject({ state: 'mailed', name: 'Zoë', problem: null });
  });

  it('when the picture is gone: a sentence, no fault, and the next try works once it is back', async () => {
    const { campaignId } = await recipientOf(house, email);
    const gone = '0190a000-0000-7000-8000-00000000dead';
    await house.core.db.campaign.update({ where: { id: campaignId }, data: { templateId: gone } });
    expect(await submit('Ada')).toMatchObject({
      code: 4,
      message: expect.stringContaining('picture of this campaign'),
    });
    await house.core.db.campaign.update({ where: { id: campaignId }, data: { templateId: null } });
    expect(await submit('Ada')).toMatchObject({ code: 0 });
    expect(certificatesSent()).toHaveLength(1);
  });

  it('after the name was stored and everything else was lost: the next click goes on', async () => {
    await set({ state: 'submitted', name: 'Ada', submittedAt: new Date(Date.now() - 60_000) });
    expect(await submit('Ada')).toMatchObject({ code: 0 });
    expect(certificatesSent()).toHaveLength(1);
  });

  it('after the name was stored: staff can send it on its way as well', async () => {
    await set({ state: 'submitted', name: 'Ada', submittedAt: new Date() });
    const { id } = await recipientOf(house, email);
    await house.core.transaction(systemActor, (work) => sendAgain(work, id, `test:${id}`));
    await until(async () => (await recipientOf(house, email)).state === 'mailed');
    expect(certificatesSent()).toHaveLength(1);
  });

  it('after the drawing, when the mail server refuses: the certificate stays, and the next click mails the same one', async () => {
    house.behave.set(email, { at: 'rcpt', code: 550, text: '5.2.2 mailbox full' });
    expect(await submit('Ada')).toMatchObject({ code: 4, message: expect.stringContaining('mailbox full') });
    const before = await recipientOf(house, email);
    expect(before).toMatchObject({ state: 'drawn', certificateMessageId: null });
    house.behave.delete(email);
    expect(await submit('Ada')).toMatchObject({ code: 0 });
    const after = await recipientOf(house, email);
    expect(after).toMatchObject({ state: 'mailed', problem: null });
    expect(after.certificates.map(({ code }) => code)).toEqual(before.certificates.map(({ code }) => code));
    expect(certificatesSent()).toHaveLength(1);
  });

  it('after the drawing, with a corrected name: a new certificate takes the place of the old one', async () => {
    house.behave.set(email, { at: 'rcpt', code: 550, text: 'no' });
    await submit('Ada Lovelase');
    await until(async () => (await recipientOf(house, email)).problem !== null);
    house.behave.delete(email);
    expect(await submit('Ada Lovelace')).toMatchObject({ code: 0 });
    const { certificates } = await recipientOf(house, email);
    expect(certificates.map(({ name, supersededAt }) => [name, supersededAt !== null]).sort()).toEqual([
      ['Ada Lovelace', false],
      ['Ada Lovelase', true],
    ]);
    const old = certificates.find(({ supersededAt }) => supersededAt)!;
    const check = (await visitor.get(`/api/certificates/verify/${old.code}`)).json as { data: Record<string, unknown> };
    expect(check.data).toMatchObject({ state: 'superseded', picture: null, pdf: null });
    expect(check.data.replacedBy).toBe(certificates.find(({ supersededAt }) => !supersededAt)?.code);
  });

  it('while the mail server is away: it is on its way, and a second click sends no second mail', async () => {
    house.behave.set(email, { at: 'rcpt', code: 451, text: 'later' });
    const [first, second] = await Promise.all([submit('Ada'), submit('Ada')]);
    expect([first?.code, second?.code]).toEqual([0, 0]);
    expect(first?.message).toContain('on its way');
    await until(async () => (await recipientOf(house, email)).certificateMessageId !== null);
    expect(await house.core.db.message.count({ where: { kind: 'certificates.certificate', toAddress: email } })).toBe(
      1,
    );
    house.behave.delete(email);
  });

  it('before the worker runs: the answer waits, the certificate comes when it is back', async () => {
    await house.stopWorker();
    expect(await submit('Ada')).toMatchObject({ code: 0, message: expect.stringContaining('on its way') });
    expect(await recipientOf(house, email)).toMatchObject({ state: 'submitted', name: 'Ada' });
    await house.startWorker();
    await until(async () => (await recipientOf(house, email)).state === 'mailed');
    expect(certificatesSent()).toHaveLength(1);
  });
});

describe('notices', () => {
  it('leave the person in "added" with the answer of the mail server when they are refused', async () => {
    await house.core.transaction(systemActor, async (work) => {
      await resetRecipient(work, (await recipientOf(house, email)).id);
    });
    house.behave.set(email, { at: 'rcpt', code: 550, text: '5.1.1 unknown user' });
    const { id } = await recipientOf(house, email);
    const { runId } = await runAction(house.core, systemActor, 'certificates.send-notice', {
      selection: { ids: [id] },
      form: {},
      idempotencyKey: crypto.randomUUID(),
    });
    expect(await house.core.db.runItem.findMany({ where: { runId } })).toMatchObject([{ outcome: 'done' }]);
    await until(async () => (await recipientOf(house, email)).problem !== null);
    expect(await recipientOf(house, email)).toMatchObject({ state: 'added', noticeMessageId: null, tokenHash: null });
    expect((await recipientOf(house, email)).problem).toContain('5.1.1 unknown user');
    house.behave.delete(email);
  });

  it('of which the fate is unknown count as arrived: their link works', async () => {
    const { id, tokenHash } = await recipientOf(house, email);
    await set({ state: 'added', tokenHash: null, noticeMessageId: 'message' });
    const message = { id: 'message', state: 'unknown' as const, recordId: id, data: { tokenHash }, reply: null };
    for (const _twice of [1, 2]) await house.core.transaction(systemActor, (work) => noticeSettled(work, message));
    expect(await recipientOf(house, email)).toMatchObject({ state: 'notified', noticeMessageId: null });
    expect((await visitor.get(`/api/getUserInfo?token=${token}`)).json).toMatchObject({ code: 0 });
  });

  it('sent again bring a new link, and the old one ends when the new mail has left', async () => {
    const { id } = await recipientOf(house, email);
    await runAction(house.core, systemActor, 'certificates.send-reminder', {
      selection: { ids: [id] },
      form: {},
      idempotencyKey: crypto.randomUUID(),
    });
    await until(() => mailsTo(house, email).length === 2);
    await until(async () => (await recipientOf(house, email)).noticeMessageId === null);
    expect(await submit('Ada')).toMatchObject({ code: 2 });
  });
});
