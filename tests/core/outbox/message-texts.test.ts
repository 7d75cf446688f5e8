// Texts of messages that staff write, at the panel's own door: what is tried, kept, refused, sent as a trial and given back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invitation } from '../../../src/core/house/mails.ts';
import { previewMail, previewSms } from '../../../src/core/outbox/mail-preview.ts';
import { ensureTemplates } from '../../../src/core/outbox/mail-texts.ts';
import { keepTexts, openText, resetTexts, sendTrial, tryTexts } from '../../../src/core/outbox/text-editing.ts';
import type { Work } from '../../../src/core/work.ts';
import { actorWith, type TestCore, testCore } from '../../kit/core.ts';
import { channelModule, codeSms, news, receipt, sendReceipt, text } from '../channels-fixture.ts';

let kit: TestCore;
const operator = { id: '0190a000-0000-7000-8000-0000000000aa', email: 'olga@example.org' };
const actor = actorWith(['core:templates'], { id: operator.id });

beforeAll(async () => {
  kit = await testCore([channelModule]);
  await ensureTemplates(kit.core);
  const role = await kit.core.db.role.findFirstOrThrow();
  await kit.core.db.operator.create({ data: { ...operator, name: 'Olga', roleId: role.id } });
});
afterAll(() => kit?.close());

const rowOf = (mail: string, language = 'en') =>
  kit.core.db.mailTemplate.findUniqueOrThrow({ where: { mail_language: { mail, language } } });
const inWork = <T>(fn: (work: Work) => Promise<T>) => kit.core.transaction(actor, fn);
const keep = async (mail: string, texts: { subject?: string; text: string; html?: string }, language = 'en') => {
  const row = await rowOf(mail, language);
  return inWork((work) => keepTexts(work, row, { subject: '', html: '', ...texts }));
};
const reset = async (mail: string, language = 'en') => {
  const row = await rowOf(mail, language);
  await inWork((work) => resetTexts(work, row));
};
const message = (id: string) => kit.core.db.message.findUniqueOrThrow({ where: { id } });

describe('the texts of messages', () => {
  it('are found in every language of the house, once, however many processes start', async () => {
    await Promise.all([1, 2, 3].map(() => ensureTemplates(kit.core)));
    const rows = await kit.core.db.mailTemplate.findMany({
      where: { mail: receipt.name },
      orderBy: { language: 'asc' },
    });
    expect(rows.map(({ language, text: own }) => [language, own])).toEqual([
      ['en', null],
      ['nl', null],
      ['ru', null],
      ['zh', null],
    ]);
  });

  it('are forgotten when no module declares them, unless staff wrote some', async () => {
    const old = { label: 'Old', language: 'en' };
    await kit.core.db.mailTemplate.createMany({
      data: [
        { ...old, mail: 'old.one' },
        { ...old, mail: 'old.two', text: 'Own' },
      ],
    });
    await ensureTemplates(kit.core);
    expect(await kit.core.db.mailTemplate.count({ where: { mail: 'old.one' } })).toBe(0);
    expect(await kit.core.db.mailTemplate.count({ where: { mail: 'old.two' } })).toBe(1);
  });

  it('open with the built-in text and what it may say', async () => {
    expect(openText(kit.core, await rowOf(news.name))).toMatchObject({
      channel: 'email',
      isEdited: false,
      current: { subject: 'News for {{ name }}' },
      names: expect.arrayContaining([{ name: 'unsubscribe', example: expect.stringContaining('/unsubscribe') }]),
    });
    expect(openText(kit.core, await rowOf(receipt.name, 'nl'))).toMatchObject({ isOwnLanguage: false });
    expect(openText(kit.core, await rowOf(receipt.name, 'zh'))).toMatchObject({ isOwnLanguage: true });
  });

  it('leave as staff wrote them, in previews too, values escaped, until they are given back', async () => {
    await keep(receipt.name, {
      subject: 'Own {{ name }}',
      text: 'T {{ name }} {{ link }}',
      html: '<i>{{ name }}</i> {{ link }}',
    });
    const data = { name: '<b>&' };
    const row = await message(await sendReceipt(kit.core, 'a@example.org', { data }));
    expect(row.subject).toBe('Own <b>&');
    expect(row.html).toMatch(/^<i>&lt;b&gt;&amp;<\/i> \[\[secret:link/);
    const filled = { to: { address: 'a@example.org' }, data, secrets: { link: '(link)' } };
    expect(await previewMail(kit.core, receipt, filled)).toMatchObject({ subject: 'Own <b>&', text: 'T <b>& (link)' });
    await reset(receipt.name);
    expect((await message(await sendReceipt(kit.core, 'a@example.org'))).subject).toBe('Receipt for Ada');
    expect(await kit.core.db.auditEntry.count({ where: { resource: 'MailTemplate', kind: 'update' } })).toBe(2);
  });

  it('are chosen by language: staff’s, the built-in of that language, staff’s English, English', async () => {
    const subject = async (language: string) =>
      (await message(await sendReceipt(kit.core, 'b@example.org', { language }))).subject;
    await keep(receipt.name, { subject: 'English of ours', text: '{{ link }}' });
    expect(await subject('zh-CN')).toBe('Ada 的收据');
    expect(await subject('nl')).toBe('English of ours');
    await keep(receipt.name, { subject: 'Nederlands', text: '{{ link }}' }, 'nl');
    expect(await subject('nl')).toBe('Nederlands');
    expect(await subject('nl-BE')).toBe('Nederlands');
    await reset(receipt.name);
    await reset(receipt.name, 'nl');
    expect(await subject('nl')).toBe('Receipt for Ada');
  });

  it('of an SMS are counted in parts', async () => {
    const trial = await keep(codeSms.name, { text: 'Код {{ code }} для {{ name }}' });
    expect(trial).toMatchObject({ size: { encoding: 'UCS-2', segments: 1 }, warnings: [] });
    expect((await message(await text(kit.core, '+31612345678'))).text).toMatch(/^Код .* для Ada$/);
    const filled = { to: '+31612345678', data: { name: 'Bo' }, secrets: { code: '••••' } };
    expect((await previewSms(kit.core, codeSms, filled)).text).toBe('Код •••• для Bo');
    await reset(codeSms.name);
  });

  it.each<[part: string, texts: { subject: string; text: string; html: string }]>([
    ['subject', { subject: '', text: 'x', html: '' }],
    ['subject', { subject: '{{ nobody }}', text: 'x', html: '' }],
    ['text', { subject: 'S', text: '{{ name', html: '' }],
    ['text', { subject: 'S', text: '{% if false %}{{ nobody }}{% endif %}', html: '' }],
    ['text', { subject: 'S', text: '{{ name | unheard_of }}', html: '' }],
    ['text', { subject: 'S', text: "{% include '/etc/passwd' %}", html: '' }],
    ['html', { subject: 'S', text: 'x', html: '{% for i in (1..100000000) %}{{ i }}{% endfor %}' }],
    ['html', { subject: 'S', text: 'x', html: '{{ name.constructor.x }}{{ process }}' }],
  ])('are refused with the %s at fault: %j', async (part, texts) => {
    const before = await rowOf(receipt.name);
    await expect(keep(receipt.name, texts)).rejects.toMatchObject({
      code: 'invalid',
      fields: { [part]: expect.any(String) },
    });
    expect(await rowOf(receipt.name)).toEqual(before);
  });

  it('of a mail that lets somebody in are written by administrators only', async () => {
    const row = await rowOf(invitation.name);
    const texts = { subject: 'Welcome', text: '{{ link }}', html: '<img src="https://evil.example/?{{ link }}">' };
    await expect(inWork((work) => keepTexts(work, row, texts))).rejects.toMatchObject({ code: 'forbidden' });
    expect(await rowOf(invitation.name)).toEqual(row);
    await kit.core.transaction(actorWith(['*'], { id: operator.id }), (work) => keepTexts(work, row, texts));
    await reset(invitation.name);
  });

  it('warn when they leave out what the built-in text says', async () => {
    const trial = tryTexts(kit.core, await rowOf(receipt.name), { subject: 'S', text: 'Hello {{ name }}' });
    expect(trial.warnings).toEqual(['The built-in text says {{ link }}; this one does not.']);
  });

  it('that can no longer be written make room for the built-in ones', async () => {
    const { id } = await rowOf(receipt.name);
    await kit.core.db.mailTemplate.update({ where: { id }, data: { subject: 'Broken', text: '{{ gone }}' } });
    expect((await message(await sendReceipt(kit.core, 'c@example.org'))).subject).toBe('Receipt for Ada');
    await reset(receipt.name);
  });

  it('are sent as a trial to whoever tries them, in nobody else’s name, and nowhere else', async () => {
    const row = await rowOf(receipt.name);
    const texts = { subject: 'Look {{ name }}', text: '{{ link }}', html: '' };
    const id = await inWork((work) => sendTrial(work, row, texts, undefined));
    expect(await message(id)).toMatchObject({
      toAddress: 'olga@example.org',
      kind: 'core.trial',
      subject: '[Trial] Look Ada',
      text: 'https://example.org/receipt',
      recordId: null,
    });
    const smsRow = await rowOf(codeSms.name);
    const smsId = await inWork((work) =>
      sendTrial(work, smsRow, { subject: '', text: 'Hi {{ name }}' }, '+31612345678'),
    );
    expect(await message(smsId)).toMatchObject({ channel: 'sms', toAddress: '+31612345678', text: 'Hi Ada' });
    await expect(
      inWork((work) => sendTrial(work, smsRow, { subject: '', text: 'Hi' }, undefined)),
    ).rejects.toMatchObject({
      fields: { to: 'is not a phone number' },
    });
  });
});
