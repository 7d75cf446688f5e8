// Recipients imported by hand in a real Chromium: file, columns, rehearsal, result, and taken back; also by a phone's width and in the dark.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import { checkDeclarations } from '../../../src/core/checks/checks.ts';
import type { Core } from '../../../src/core/core.ts';
import { houseModule } from '../../../src/core/house/module.ts';
import { startWorker } from '../../../src/core/jobs/jobs.ts';
import { buildPanel } from '../../../src/core/panel/index.ts';
import { createOperator } from '../../../src/core/people/operators.ts';
import certificates from '../../../src/modules/certificates/module.ts';
import { openBrowser } from '../../kit/browser.ts';
import { testCore } from '../../kit/core.ts';
import { openTestWeb, type TestWeb } from '../../kit/http.ts';
import { until } from '../../kit/until.ts';

const password = 'seventeen green bicycles';
let core: Core;
let web: TestWeb;
let browser: Browser;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const opened = await testCore([certificates]);
  core = opened.core;
  web = await openTestWeb(core, await buildPanel(core));
  const worker = await startWorker(core);
  browser = await openBrowser();
  ends.push(
    () => browser.close(),
    () => worker.stop(),
    () => web.close(),
    opened.close,
  );
  await core.db.instance.create({ data: { id: core.instanceId, role: 'test' } });
  await core.transaction(systemActor, (work) =>
    createOperator(work, { email: 'root@example.org', roleName: 'administrator', password }),
  );
  const campaign = await core.db.campaign.create({ data: { slug: 'spring', title: 'Spring', organisation: 'Club' } });
  await core.db.recipient.create({ data: { campaignId: campaign.id, email: 'bob@example.org', name: 'Bob' } });
}, 180_000);
afterAll(async () => {
  for (const end of ends) await end();
});

async function shot(page: Page, name: string): Promise<void> {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
}

it('declares nothing that the checks complain of', () => {
  expect(checkDeclarations([houseModule, certificates])).toEqual([]);
});

it('imports recipients and takes them back', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const wrongs: string[] = [];
  page.on('pageerror', (error) => wrongs.push(error.message));
  page.on('console', (message) => message.type() === 'error' && wrongs.push(message.text()));
  await page.goto(`${web.url}/admin/login`);
  await page.fill('input[name=email]', 'root@example.org');
  await page.fill('input[name=password]', password);
  await page.click('button[type=submit]');
  // Going elsewhere before the answer is there would take the sign-in back.
  await page.waitForURL(/\/admin\/?$/);
  await page.goto(`${web.url}/admin/resources/Recipient`);
  await page.getByRole('link', { name: 'Import', exact: true }).click();
  await shot(page, '1-file');
  const table =
    'e-mail;naam;campaign\nada@example.org;Ada Lovelace;Spring\nbob@example.org;Robert;spring\nnobody;X;Spring\n<b>x</b>@y;Y;Nowhere\n';
  await page.setInputFiles('input[type=file]', {
    name: 'people.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(table),
  });
  await page.getByRole('heading', { name: 'Columns' }).waitFor();
  expect(await page.getByLabel('Name').inputValue()).toBe('1');
  await shot(page, '2-columns');
  await page.getByRole('button', { name: 'See what would happen' }).click();
  await page.getByRole('button', { name: 'Import 1 new and 1 changed' }).waitFor({ timeout: 60_000 });
  await page.getByText('Robert', { exact: true }).first().waitFor();
  expect(await core.db.recipient.count()).toBe(1);
  await shot(page, '3-rehearsal');
  await page.setViewportSize({ width: 375, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await shot(page, '4-phone');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shot(page, '5-dark');
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole('button', { name: 'Import 1 new and 1 changed' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('button', { name: 'Take the import back' }).waitFor({ timeout: 60_000 });
  expect((await core.db.recipient.findMany({ orderBy: { email: 'asc' } })).map(({ name }) => name)).toEqual([
    'Ada Lovelace',
    'Robert',
  ]);
  await shot(page, '6-result');
  await page.getByRole('button', { name: 'Take the import back' }).click();
  await page.getByRole('button', { name: 'Take it back' }).click();
  await page.getByText('Taken back', { exact: true }).first().waitFor({ timeout: 60_000 });
  const names = async () => (await core.db.recipient.findMany({ select: { name: true } })).map(({ name }) => name);
  await until(async () => (await names()).join() === 'Bob');
  await shot(page, '7-undone');
  expect(wrongs).toEqual([]);
}, 240_000);
