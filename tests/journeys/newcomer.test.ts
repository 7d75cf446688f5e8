// A newcomer's first hour in a real browser: the one-time link, the demo, a notice undone, a notice sent, the captured mail read,
// two people claiming in their own scripts, the certificate checked by the QR code on its picture, and revoked.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import jsqr from 'jsqr';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withClient } from '../../src/core/database/database.ts';
import { imageLibrary } from '../../src/core/images/library.ts';
import { openBrowser } from '../kit/browser.ts';
import { cloneDatabase, type TestDatabase } from '../kit/database.ts';
import { type ServerProcess, serverProcess } from '../kit/server.ts';
import { until } from '../kit/until.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'steward-journey-'));
const complaints: string[] = [];
let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;
let staff: BrowserContext;
let page: Page;

beforeAll(async () => {
  database = await cloneDatabase();
  // Long enough to press Undo on the slowest machine; who does not press it need not wait for its end (letUndoPass).
  server = await serverProcess({ DATA_DIR: folder, DATABASE_URL: database.url, UNDO_SECONDS: '600', SMTP_URL: '' });
  await server.start();
  browser = await openBrowser();
  staff = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  page = await staff.newPage();
  listen(page);
}, 360_000);

afterAll(async () => {
  await browser?.close();
  expect(await server?.stop('SIGTERM')).toBe(0);
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** A page that breaks, breaks its policy, or asks another host is a complaint. */
function listen(one: Page): void {
  one.on('pageerror', (error) => complaints.push(error.message));
  one.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  one.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== server.base) complaints.push(`asked ${url.origin}`);
  });
}

const button = (name: RegExp | string) => page.getByRole('button', { name });
const open = (address: string) => page.goto(`${server.base}${address}`);

/** Opens the ten people of the demo who have not been notified. */
async function showWaiting(): Promise<void> {
  await open('/admin/resources/Recipient');
  await page.getByText('To notify', { exact: true }).first().click();
  await page.getByText(/^10 recipients$/).waitFor();
}

async function startNotices(): Promise<void> {
  await showWaiting();
  await page.locator('thead input[type=checkbox]').check();
  await page.locator('.selection-actions').getByRole('button', { name: 'Send 10 notices', exact: true }).click();
  await page.getByText('10 of 10 recipients will get it').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Send 10 notices' }).click();
  await page.waitForURL(/Run/);
}

/** Lets the time to undo pass for the runs that wait. */
async function letUndoPass(): Promise<void> {
  await withClient(database.connection, async (client) => {
    await client.query(`UPDATE "Run" SET "startsAt" = now() WHERE state = 'scheduled'`);
    await client.query(`UPDATE graphile_worker._private_jobs SET run_at = now() WHERE key LIKE 'run:%'`);
  });
}

/** Follows the link in somebody's captured notice, as its reader would. */
async function linkOf(address: string): Promise<string> {
  await open('/admin/resources/Message');
  await page
    .locator('tbody tr', { hasText: address })
    .filter({ hasText: 'ready to claim' })
    .getByRole('link')
    .first()
    .click();
  const link = page.frameLocator('iframe').first().getByRole('link', { name: 'Claim your certificate' });
  return (await link.getAttribute('href'))!;
}

async function claim(address: string, name: string, locale: string): Promise<{ visitor: Page; png: Buffer }> {
  const link = await linkOf(address);
  const visitor = await (await browser.newContext({ viewport: { width: 390, height: 800 }, locale })).newPage();
  listen(visitor);
  await visitor.goto(link);
  await visitor.locator('#name').waitFor();
  expect(visitor.url(), 'the token is gone from the address bar').not.toContain('token=');
  await visitor.fill('#name', name);
  await visitor.click('#submit');
  await visitor.locator('#verify').waitFor({ state: 'visible', timeout: 30_000 });
  const check = new URL((await visitor.locator('#verify').getAttribute('href'))!, server.base);
  const png = await visitor.request.get(
    `${server.base}/api/certificates/verify/${check.pathname.split('/').pop()}/certificate.png`,
  );
  expect(png.status()).toBe(200);
  return { visitor, png: await png.body() };
}

async function readQr(png: Buffer): Promise<string | undefined> {
  const sharp = await imageLibrary();
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const decode = jsqr as unknown as typeof jsqr.default;
  return decode(new Uint8ClampedArray(data), info.width, info.height)?.data;
}

it('leads from the one-time link to a verified and revoked certificate', async () => {
  const link = () => server.output().match(/http\S+\/admin\/setup\?link=\S+/)?.[0];
  await until(() => link() !== undefined);
  await page.goto(link() ?? '');
  await page.getByLabel('E-mail').fill('ada@example.org');
  await page.getByLabel('Your name').fill('Ada Lovelace');
  await page.getByLabel('Password', { exact: true }).fill('lantern orchid seven canal');
  await page.getByLabel('Password again').fill('lantern orchid seven canal');
  await button('Start').click();

  await button('Load the demo').click();
  await page.getByText('Spring volunteers 2026').first().waitFor({ timeout: 60_000 });

  await startNotices();
  await button('Undo').click();
  await page.getByText('Undone. Nothing was sent.').waitFor();
  await showWaiting();

  await startNotices();
  await letUndoPass();
  await page.getByText('Finished: 10 done.').first().waitFor({ timeout: 60_000 });

  const { png } = await claim('chen.jie@example.org', '王小明', 'zh-CN');
  const { visitor } = await claim('ivan@example.org', 'Зоя Космодемьянская', 'ru-RU');
  const address = await readQr(png);
  expect(address).toMatch(`${server.base}/certificates/verify/`);

  await visitor.goto(address!);
  await visitor.getByText('王小明').first().waitFor();

  await open('/admin/resources/Recipient');
  await page.getByRole('searchbox').fill('chen.jie');
  await page.getByText(/^1 recipient$/).waitFor();
  await page.locator('tbody input[type=checkbox]').first().check();
  await button('More actions').click();
  await page.getByRole('menuitem', { name: /Revoke/ }).click();
  await page.getByLabel(/Reason/).fill('The hours were entered for another person.');
  await button(/Preview/).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /Revoke/ })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: /^Yes/ }).click();
  await page.getByText('Finished: 1 done.').first().waitFor({ timeout: 30_000 });
  await visitor.reload();
  await visitor.getByText('The hours were entered for another person.').waitFor();

  expect(complaints).toEqual([]);
}, 240_000);
