// One operator, four languages, in a real browser: the screens are looked through for English sentences of the catalogues. How each of
// them stands on a phone is looked at in every-page.test.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../kit/browser.ts';
import { cloneDatabase, type TestDatabase } from '../kit/database.ts';
import { englishOf, textsOnPage } from '../kit/english.ts';
import { listenFor, settle } from '../kit/page-check.ts';
import { goTo } from '../kit/panel-walk.ts';
import { type ServerProcess, serverProcess } from '../kit/server.ts';
import { until } from '../kit/until.ts';
import type { Other } from '../kit/words.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'steward-languages-'));
const password = 'lantern orchid seven canal';
let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;
let staff: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  database = await cloneDatabase();
  server = await serverProcess({ DATA_DIR: folder, DATABASE_URL: database.url, UNDO_SECONDS: '0', SMTP_URL: '' });
  await server.start();
  browser = await openBrowser();
  staff = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'de-DE' });
  page = await staff.newPage();
  complaints = listenFor(page, server.base);
}, 360_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop('SIGTERM');
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

it('sets up in Dutch, by the switch on the page, and stays Dutch after signing in', async () => {
  const link = () => server.output().match(/http\S+\/admin\/setup\?link=\S+/)?.[0];
  await until(() => link() !== undefined);
  await page.goto(link() ?? '');
  expect(await page.locator('html').getAttribute('lang'), 'nobody speaks German here').toBe('en');
  await page.getByRole('link', { name: 'Nederlands' }).click();
  expect(await page.locator('html').getAttribute('lang')).toBe('nl');
  await page.getByLabel('E-mail').fill('ada@example.org');
  await page.getByLabel('Je naam').fill('Ada Lovelace');
  await page.getByLabel('Wachtwoord', { exact: true }).fill('short');
  await page.getByLabel('Wachtwoord nogmaals').fill('short');
  await page.getByRole('button', { name: 'Beginnen' }).click();
  await page.getByText('Het wachtwoord heeft minstens 12 tekens nodig.').waitFor();
  await page.getByLabel('Wachtwoord', { exact: true }).fill(password);
  await page.getByLabel('Wachtwoord nogmaals').fill(password);
  await page.getByRole('button', { name: 'Beginnen' }).click();
  await page.getByRole('button', { name: 'Demo laden' }).click();
  await page.getByText('Spring volunteers 2026').first().waitFor({ timeout: 60_000 });
  expect(await page.locator('html').getAttribute('lang')).toBe('nl');
}, 240_000);

const heads: Record<Other, { account: string; language: string }> = {
  zh: { account: '我的账户', language: '中文' },
  ru: { account: 'Моя учётная запись', language: 'Русский' },
  nl: { account: 'Mijn account', language: 'Nederlands' },
};

describe.each(['zh', 'ru', 'nl'] as const)('in %s', (language) => {
  const found: string[] = [];
  const isEnglish = englishOf(language);
  const look = async (where: string) => {
    await settle(page);
    // The audit keeps a record's title as it was when something was done to it, also that of a run.
    const kept = where.endsWith('AuditEntry') ? ['Check name'] : [];
    for (const text of await textsOnPage(page))
      if (isEnglish(text) && !kept.includes(text)) found.push(`${where}: ${text}`);
  };

  it('chosen under “My account”, no screen holds an English sentence', async () => {
    await page.setViewportSize({ width: 1280, height: 860 });
    await goTo(page, '/admin/account');
    await page.locator('#language-choice').selectOption(language);
    await page.getByRole('heading', { level: 1, name: heads[language].account }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
    await look('account');
    await goTo(page, '/admin');
    await look('dashboard');
    for (const model of [
      'Recipient',
      'Run',
      'Import',
      'Message',
      'Operator',
      'Role',
      'AuditEntry',
      'Schedule',
      'MailTemplate',
    ]) {
      await goTo(page, `/admin/resources/${model}`);
      await look(`list of ${model}`);
      const first = page.locator('tbody tr a').first();
      if (await first.count()) {
        await goTo(page, (await first.getAttribute('href')) ?? '');
        await look(`record of ${model}`);
      }
    }
    for (const address of [
      'Campaign/actions/new',
      'Role/actions/new',
      'Schedule/actions/new',
      'Recipient/actions/import',
    ]) {
      await goTo(page, `/admin/resources/${address}`);
      await look(address);
    }
    expect(found.splice(0)).toEqual([]);
  }, 240_000);

  it('an action is previewed and run without an English sentence, and a refusal is said in it too', async () => {
    await goTo(page, '/admin/resources/Recipient');
    await page.locator('tbody input[type=checkbox]').first().check();
    await look('selection');
    await page.locator('.selection-actions [aria-haspopup]').first().click();
    await look('menu of actions');
    // "Check names" changes nothing, so that every language can do it. Where it has room it stands beside the menu.
    const check = { hasText: /检查姓名|Проверить|controleren/ };
    const inMenu = page.getByRole('menuitem').filter(check);
    if ((await inMenu.count()) === 0) await page.keyboard.press('Escape');
    await inMenu.or(page.locator('.selection-actions').getByRole('button').filter(check)).first().click();
    await page.locator('dialog .verdict').waitFor();
    await look('drawer');
    await page.locator('dialog .button.primary').last().click();
    await page.waitForURL(/Run/);
    await page.locator('h1').first().waitFor();
    await look('run');
    const refused = await page.evaluate(async () => {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch('/admin/api/steward/me/name', { method: 'POST', headers, body: '{"name":"\\u0007"}' });
      return (await answer.json()) as { message: string; fields: Record<string, string> };
    });
    expect([refused.message, refused.fields.name].filter((one) => one === undefined || isEnglish(one))).toEqual([]);
    expect(found.splice(0)).toEqual([]);
  }, 120_000);

  it('an import is rehearsed without an English sentence', async () => {
    await goTo(page, '/admin/resources/Recipient/actions/import');
    await page
      .locator('#import-text')
      .fill('email,name\nnew@example.org,Zoë\nnot-an-address,Bo\nnew@example.org,Zoë\n');
    await page.locator('.import-start button.button').last().click();
    await page.waitForURL(/Import\/records/);
    await page.locator('h1').first().waitFor();
    await look('mapping');
    await page.locator('select').last().waitFor();
    expect(found.splice(0)).toEqual([]);
  }, 120_000);
});

it('finds English sentences where there are some: in English', async () => {
  await page.setViewportSize({ width: 1280, height: 860 });
  await goTo(page, '/admin/account');
  await page.locator('#language-choice').selectOption('en');
  await page.getByRole('heading', { level: 1, name: 'My account' }).waitFor();
  await settle(page);
  const isEnglish = englishOf('ru');
  expect((await textsOnPage(page)).filter(isEnglish).length).toBeGreaterThan(15);
  // What was refused was typed to be refused.
  expect(complaints.filter((one) => !/^400 from \S+\/(admin\/setup|me\/name)$/.test(one))).toEqual([]);
}, 60_000);
