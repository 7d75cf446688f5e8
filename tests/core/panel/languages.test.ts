// Which language somebody gets, by whom it was chosen, and what stays English: programs, and what people typed.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import { sendResetJob } from '../../../src/core/house/invitations.ts';
import { createOperator } from '../../../src/core/people/operators.ts';
import { Visitor } from '../../kit/http.ts';
import { openTestPanel, password, type TestPanel } from './kit.ts';

const api = '/admin/api/steward';
const russian = { 'accept-language': 'ru-RU,ru;q=0.9,en;q=0.5' };
let panel: TestPanel;

beforeAll(async () => {
  panel = await openTestPanel({}, { houseOperators: true });
});
afterAll(() => panel?.close());
beforeEach(async () => {
  await panel.core.db.rateLimit.deleteMany();
});

const languageOf = async (email: string) =>
  (await panel.core.db.operator.findUniqueOrThrow({ where: { email } })).language;
const choose = (visitor: Visitor, language: unknown) => visitor.post(`${api}/me/language`, { language });

let nth = 0;
async function person(language: string | null = null): Promise<{ id: string; email: string; visitor: Visitor }> {
  const email = `reader${++nth}@example.org`;
  const { id } = await panel.core.transaction(systemActor, (work) =>
    createOperator(work, { email, roleName: 'administrator', password }),
  );
  await panel.core.db.operator.update({ where: { id }, data: { language } });
  const visitor = new Visitor(panel.web);
  await visitor.signIn(email, password);
  return { id, email, visitor };
}

describe('before anybody is known', () => {
  test.each([
    ['ru-RU,ru;q=0.9', 'ru', 'Войти'],
    ['zh-CN', 'zh', '登录'],
    ['nl', 'nl', 'Inloggen'],
    ['de', 'en', 'Sign in'],
  ])('a browser that asks for %s gets the sign-in page in %s', async (wish, language, title) => {
    const page = await new Visitor(panel.web).get('/admin/login', { 'accept-language': wish });
    expect(page.text).toContain(`<html lang="${language}">`);
    expect(page.text).toContain(`<h1>${title}</h1>`);
    expect(page.headers.get('content-language')).toBe(language);
  });

  test('the choice on the page wins over the browser, and a strange one changes nothing', async () => {
    const visitor = new Visitor(panel.web);
    const dutch = await visitor.get('/admin/login?language=nl', russian);
    expect(dutch.text).toContain('<html lang="nl">');
    expect(dutch.text).toContain('name="language" value="nl"');
    for (const strange of ['de', 'constructor', '%3Cscript%3E', 'nl&language=ru']) {
      const page = await visitor.get(`/admin/login?language=${strange}`, russian);
      expect(page.text).toContain('<html lang="ru">');
      expect(page.text).not.toContain('name="language"');
    }
  });

  test('a wrong password is refused in the page’s language, and the choice is not kept', async () => {
    const { email } = await person();
    const visitor = new Visitor(panel.web);
    const refused = await visitor.form('/admin/login', { email, password: 'wrong horse', language: 'zh' });
    expect(refused.status).toBe(401);
    expect(refused.text).toContain('电子邮件地址与密码不匹配。');
    expect(await languageOf(email)).toBeNull();
  });

  test('a right password keeps the choice with the operator', async () => {
    const { email } = await person();
    const visitor = new Visitor(panel.web);
    expect((await visitor.form('/admin/login', { email, password, language: 'ru' })).status).toBe(303);
    expect(await languageOf(email)).toBe('ru');
  });

  test('an error page of a browser speaks its language, an error of the API speaks English', async () => {
    const visitor = new Visitor(panel.web);
    const page = await visitor.get('/nothing-here', { ...russian, accept: 'text/html' });
    expect(page.text).toContain('<html lang="ru">');
    expect(page.text).toContain('На главную страницу');
    const answer = await visitor.get('/nothing-here', { ...russian, accept: 'application/json' });
    expect(answer.json).toMatchObject({ code: 'not-found', message: expect.stringMatching(/^[\x20-\x7e]+$/) });
  });
});

describe('an operator', () => {
  test('who chose nothing reads what the browser asks for', async () => {
    const { visitor } = await person();
    const state = await visitor.get(`${api}/state`, russian);
    expect(state.text).toContain('Операторы');
    expect((await visitor.get(`${api}/state`)).text).toContain('operators');
  });

  test('who chose reads that, whatever the browser asks for, on the page and in errors', async () => {
    const { visitor, email } = await person();
    expect((await choose(visitor, 'nl')).status).toBe(200);
    expect(await languageOf(email)).toBe('nl');
    const page = await visitor.get('/admin', russian);
    expect(page.text).toContain('<html lang="nl">');
    expect(page.text).toMatch(/\/admin\/assets\/[0-9a-f]{16}\/words-nl\.js/);
    const refused = await visitor.post(`${api}/me/name`, { name: '\u0007' });
    expect(refused.json).toEqual({
      code: 'invalid',
      message: 'Sommige velden kloppen niet.',
      fields: { name: 'bevat een teken dat je niet kunt typen' },
    });
    const missing = await visitor.get(`${api}/runs/nothing`);
    expect(missing.json?.message).toBe('Deze uitvoering bestaat niet.');
  });

  test.each([['de'], ['EN'], [''], [3], [['nl']], [undefined]])('cannot choose %j', async (language) => {
    const { visitor, email } = await person('ru');
    expect((await choose(visitor, language)).status).toBe(400);
    expect(await languageOf(email)).toBe('ru');
  });

  test('may go back to what the browser asks for', async () => {
    const { visitor, email } = await person('ru');
    expect((await choose(visitor, null)).status).toBe(200);
    expect(await languageOf(email)).toBeNull();
  });

  test('never chooses for somebody else: a stranger is refused', async () => {
    expect((await choose(new Visitor(panel.web), 'nl')).status).toBe(401);
  });

  test('reads another one’s names as they were typed, also where they look like words of ours', async () => {
    const { visitor, id } = await person('ru');
    await panel.core.db.operator.update({ where: { id }, data: { name: 'Name is missing' } });
    const record = await visitor.get(`${api}/records/Operator/${id}`);
    expect(record.json).toMatchObject({ title: 'Name is missing', values: { name: 'Name is missing' } });
  });

  test('reads the audit, kept in English, in his own language', async () => {
    const { visitor, id } = await person('ru');
    const entries = await visitor.get(`${api}/records/AuditEntry?f.recordId.contains=${id}`);
    const rows = entries.json?.rows as { values: { summary: string } }[];
    const summaries = rows.map(({ values }) => values.summary);
    expect(summaries).toContain('Вход выполнен');
    const kept = await panel.core.db.auditEntry.findMany({ where: { recordId: id }, select: { summary: true } });
    expect(kept.map(({ summary }) => summary)).toContain('Signed in');
  });

  test('reads refusals of a permission in his own language', async () => {
    const club = await panel.club();
    await choose(club, 'zh');
    const refused = await club.get(`${api}/records/Operator`);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.json?.message).toMatch(/[\u4e00-\u9fff]/);
  });
});

describe('the words of the browser', () => {
  test.each(['zh', 'ru', 'nl'])('come once, by their content, in %s', async (language) => {
    const { visitor } = await person(language);
    const address = /\/admin\/assets\/[0-9a-f]{16}\/words-\w\w\.js/.exec((await visitor.get('/admin')).text)?.[0] ?? '';
    expect(address).toContain(`words-${language}.js`);
    const script = await visitor.get(address);
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.text.startsWith('window.StewardWords = {')).toBe(true);
    const stale = address.replace(/[0-9a-f]{16}/, '0'.repeat(16));
    expect((await visitor.get(stale)).status).toBe(404);
  });
});

describe('mails of the house', () => {
  const lastMail = async (email: string) =>
    panel.core.db.message.findFirstOrThrow({ where: { toAddress: email }, orderBy: { createdAt: 'desc' } });

  test('an invitation is in the language of whoever invites, while its reader has chosen none', async () => {
    const { visitor } = await person('ru');
    const role = await panel.core.db.role.findFirstOrThrow({ where: { name: 'administrator' } });
    const made = await visitor.post(`${api}/records/Operator`, {
      values: { email: 'invited@example.org', name: 'Vera', roleId: role.id },
    });
    expect(made.status).toBe(200);
    expect((await lastMail('invited@example.org')).subject).toBe('Вас приглашают в Steward');
  });

  test('a forgotten password is answered in the reader’s language, else in that of the page', async () => {
    const chosen = await person('nl');
    await sendResetJob.run(panel.core, { email: chosen.email, language: 'ru' }, {
      signal: new AbortController().signal,
    } as never);
    expect((await lastMail(chosen.email)).subject).toBe('Een nieuw wachtwoord voor Steward');
    const open = await person();
    await sendResetJob.run(panel.core, { email: open.email, language: 'zh' }, {
      signal: new AbortController().signal,
    } as never);
    expect((await lastMail(open.email)).subject).toBe('Steward 新密码');
  });
});
