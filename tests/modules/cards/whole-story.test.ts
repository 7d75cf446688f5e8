// The seed's whole story once in a browser: staff order and print codes, somebody scans one off the sheet, registers, wears a picture,
// writes, publishes; another reads; the author changes the card, takes it back and shows it again; staff write the news.
import jsqr from 'jsqr';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import cards from '../../../src/modules/cards/module.ts';
import { today } from '../../../src/modules/cards/today.ts';
import { openBrowser } from '../../kit/browser.ts';
import { type House, openHouseOf, rootPassword } from '../../kit/house.ts';
import { Visitor } from '../../kit/http.ts';
import { until } from '../../kit/until.ts';
import { mustBeAccessible, mustShow, picture, program, unzip } from './cards-house.ts';

const readQr = jsqr as unknown as typeof jsqr.default;
const shotFolder = process.env.SHOTS;
const complaints: string[] = [];
let house: House;
let browser: Browser;

beforeAll(async () => {
  house = await openHouseOf([cards], {}, { panel: true });
  await house.startWorker();
  browser = await openBrowser();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

async function open(options: Parameters<Browser['newContext']>[0]): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({ baseURL: house.web.url, locale: 'en-GB', ...options });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    // Pictures in the panel are linked with the public address of the installation.
    const own = [house.web.url, house.core.config.publicUrl];
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && !own.includes(origin)) complaints.push(`asked ${origin}`);
  });
  return { page, context };
}

const phone = { viewport: { width: 390, height: 844 } };

async function shot(page: Page, name: string): Promise<void> {
  if (shotFolder) await page.screenshot({ path: `${shotFolder}/${name}.png`, fullPage: true });
}

async function finished(page: Page): Promise<void> {
  await page
    .getByText(/Finished: \d+ done/)
    .first()
    .waitFor();
}

async function signIn(page: Page): Promise<void> {
  await page.goto('/admin/login');
  await page.fill('input[name=email]', 'root@example.org');
  await page.fill('input[name=password]', rootPassword);
  await page.click('button[type=submit]');
  await page.waitForURL(/admin\/?$/);
}

/** Orders codes in a style of their own and returns what a reader of QR codes finds on the printed pictures. */
async function printedCodes(page: Page): Promise<string[]> {
  await signIn(page);
  await page.goto('/admin/resources/QrStyle');
  await page.getByRole('link', { name: 'New QR style' }).first().click();
  await page.getByLabel('Name').fill('Wedding');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('button', { name: 'Create codes' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('How many codes').fill('3');
  await dialog.getByLabel('Channel').fill('7');
  await dialog.getByRole('button', { name: /Preview/ }).click();
  await dialog.getByText('3 codes in the style “Wedding” for channel 7').waitFor();
  await shot(page, 'order-preview');
  await dialog.getByRole('button', { name: 'Create codes' }).click();
  await finished(page);
  await until(async () => (await house.core.db.qrBatch.count({ where: { finishedAt: { not: null } } })) === 1);
  await page.goto('/admin/resources/QrBatch');
  await page.locator('tbody .cell-first a').click();
  await page.getByRole('button', { name: 'Download for printing' }).click();
  await dialog.getByLabel('What to make').selectOption({ label: 'ZIP of PNG files and a list' });
  await dialog.getByRole('button', { name: /Preview/ }).click();
  await dialog.getByText('3 codes of 30 mm').waitFor();
  await shot(page, 'print-preview');
  await dialog.getByRole('button', { name: 'Download for printing' }).click();
  await finished(page);
  const link = page.getByRole('link', { name: 'qr-codes.zip' });
  // The link begins with the installation's public address, which is not this machine's.
  const { pathname, search } = new URL((await link.getAttribute('href')) ?? '', house.web.url);
  const entries = await unzip(await (await page.request.get(pathname + search)).body());
  const found: string[] = [];
  for (const [name, bytes] of entries) {
    if (!name.endsWith('.png')) continue;
    const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    found.push(readQr(new Uint8ClampedArray(data), info.width, info.height)?.data ?? 'unread');
  }
  return found;
}

async function writeCard(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('heading', { name: 'This code is still blank.' }).waitFor();
  await page.getByRole('link', { name: 'Write the card' }).click();
  await page.getByLabel('E-mail').fill('wang@example.org');
  await page.getByLabel('Password').fill('a long password');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByText('Signed in as wang.').waitFor();
  await page.getByLabel('Your words').fill('祝你生日快乐！');
  await page.locator('#file').setInputFiles({
    name: 'party.jpg',
    mimeType: 'image/jpeg',
    buffer: await picture(600, 400, '#cc4466').jpeg().toBuffer(),
  });
  await page.getByText('party.jpg · Uploading').waitFor({ state: 'detached' });
  await page.getByLabel('Opens on').fill('2020-02-02T10:00');
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Your card is published.').waitFor();
}

async function fillProfile(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Your cards and your profile' }).click();
  await page.getByText('祝你生日快乐！').waitFor();
  await page.getByText('Your profile', { exact: true }).click();
  await page.locator('#picture').setInputFiles({
    name: 'small.png',
    mimeType: 'image/png',
    buffer: await picture(200, 200).png().toBuffer(),
  });
  await page.getByText('smaller than 300 × 300').waitFor();
  await page.locator('#picture').setInputFiles({
    name: 'me.png',
    mimeType: 'image/png',
    buffer: await picture(640, 480, '#225588').png().toBuffer(),
  });
  await page.getByText('Your profile is saved.').waitFor();
  await mustShow(page, '#avatar', 150);
  await page.getByLabel('Telephone').fill('12');
  await page.getByLabel('Name').fill('我叫 i_82');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('This does not fit: Telephone.').waitFor();
  await page.getByLabel('Telephone').fill('13800138000');
  await page.getByLabel('Birthday').fill('1972-03-21');
  await page.getByLabel('Gender').selectOption('1');
  await page.getByLabel('Town').fill('南京');
  await mustBeAccessible(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Signed in as 我叫 i_82.').waitFor();
  await shot(page, 'mine');
}

it('goes from the order of codes to the news of the day', async () => {
  const { page: panel } = await open({ viewport: { width: 1280, height: 900 } });
  const found = await printedCodes(panel);
  const kept = await house.core.db.qrCode.findMany({ where: { channel: 7 } });
  expect(found.sort()).toEqual(kept.map(({ uniqueId }) => `https://steward.example.org/qrcode?id=${uniqueId}`).sort());
  const { pathname, search } = new URL(found[0] ?? '');

  const { page: author } = await open(phone);
  await writeCard(author, pathname + search);
  await fillProfile(author);
  expect(await house.core.db.cardAccount.findFirstOrThrow()).toMatchObject({
    nick: '我叫 i_82',
    mobile: '+8613800138000',
    gender: 1,
    city: '南京',
    avatarId: expect.any(String),
  });

  const { page: reader } = await open({ ...phone, colorScheme: 'dark' });
  await reader.goto(pathname + search);
  await reader.getByRole('heading', { name: 'A card from 我叫 i_82' }).waitFor();
  await mustShow(reader, '#pictures img', 600);
  await shot(reader, 'read');

  await author.getByRole('button', { name: /^Change/ }).click();
  await author.getByLabel('Your words').fill('Changed words');
  await mustBeAccessible(author);
  await shot(author, 'change');
  await author.getByRole('button', { name: 'Save' }).first().click();
  await author.getByText('Your card is changed.').waitFor();
  await reader.reload();
  await reader.getByText('Changed words').waitFor();
  await mustShow(reader, '#pictures img', 600);
  await author.getByRole('button', { name: /^Take back/ }).click();
  await author.getByText('You took this card back; nobody sees it.').waitFor();
  await mustBeAccessible(author);
  await shot(author, 'taken-back');
  await reader.reload();
  await reader.getByRole('heading', { name: 'This card is not shown any more.' }).waitFor();
  await author.getByRole('button', { name: /^Show again/ }).click();
  await author.getByText('Your card is shown again.').waitFor();
  await reader.reload();
  await reader.getByText('Changed words').waitFor();
  expect(await house.core.db.greetingCard.findFirstOrThrow()).toMatchObject({ editedCount: 1, deletedAt: null });
  await author.getByRole('button', { name: 'Sign out' }).click();
  await author.getByText('Sign in, and you can change your cards').waitFor();
  await mustBeAccessible(author);

  const day = today();
  await writeNews(panel, day);
  const { json } = await new Visitor(house.web).post('/api/courtesy', { action: 'news_query', s_date: day }, program);
  expect(json).toMatchObject({
    error: 0,
    news: [
      {
        style: { style_id: 3, style_name: 'yellow' },
        string: 'The fair opens at ten.',
        image: { rid: expect.stringMatching(/^[0-9a-f]{32}$/) },
        audio: { rid: expect.stringMatching(/^[0-9a-f]{32}$/) },
        video: null,
        date: day,
        url: null,
        type: 0,
      },
    ],
  });
  expect(complaints).toEqual([]);
}, 300_000);

async function writeNews(page: Page, day: string): Promise<void> {
  await page.goto('/admin/resources/NewsItem');
  await page.getByRole('link', { name: 'New news item' }).first().click();
  await page.getByLabel('Day', { exact: true }).fill(day);
  await page.getByLabel('Text', { exact: true }).fill('The fair opens at ten.');
  await page.getByLabel('Style').selectOption({ label: 'Yellow' });
  await page.getByRole('button', { name: 'Create' }).click();
  await page
    .getByRole('link', { name: 'Picture, sound, film' })
    .or(page.getByRole('tab', { name: 'Picture, sound, film' }))
    .click();
  const inputs = page.locator('input[type=file]');
  await inputs.first().waitFor({ state: 'attached' });
  await inputs.nth(0).setInputFiles({
    name: 'fair.png',
    mimeType: 'image/png',
    buffer: await picture(300, 200, '#ffcc00').png().toBuffer(),
  });
  await page.locator('.file-slot-picture').waitFor();
  const song = Buffer.concat([Buffer.from('ID3\x04\0\0'), Buffer.alloc(2000)]);
  await inputs.nth(1).setInputFiles({ name: 'song.mp3', mimeType: 'audio/mpeg', buffer: song });
  await page.getByText('(audio/mpeg)').waitFor();
  await shot(page, 'news-media');
}

it('a reported card is banned with a reason, its author answers, and it is restored', async () => {
  const { page: reader } = await open(phone);
  const card = await house.core.db.greetingCard.findFirstOrThrow();
  const address = `/qrcode/?token=${card.handleAsGiven}`;
  await reader.goto(address);
  await reader.getByRole('button', { name: 'Report this card' }).click();
  await reader.getByLabel('It insults or threatens').check();
  await reader.getByLabel('In your own words').fill('He means me.');
  await reader.getByRole('button', { name: 'Send the report' }).click();
  await reader.getByText('Thank you. Somebody will look at it.').waitFor();

  const { page: panel } = await open({ viewport: { width: 1280, height: 900 } });
  await signIn(panel);
  await panel.goto('/admin/resources/CardReport');
  await panel.getByText('He means me.').waitFor();
  await shot(panel, 'reports');
  await panel.getByRole('link', { name: 'Changed words' }).click();
  const dialog = panel.getByRole('dialog');
  const link = await panel
    .getByRole('region', { name: 'Files' })
    .getByRole('link', { name: 'Open the file' })
    .getAttribute('href');
  const { pathname, search } = new URL(link ?? '');
  expect((await panel.request.get(pathname + search)).headers()['content-type']).toBe('image/jpeg');
  await panel.getByRole('button', { name: 'Ban', exact: true }).click();
  await dialog.getByLabel('Reason').fill('It insults a neighbour');
  await dialog.getByRole('button', { name: /Preview/ }).click();
  await dialog.getByText('is banned: It insults a neighbour').waitFor();
  await shot(panel, 'ban-preview');
  // A double click asks the second question and does not answer it.
  await dialog.getByRole('button', { name: 'Ban', exact: true }).dblclick();
  await dialog.getByRole('button', { name: 'Yes: Ban' }).click();
  await finished(panel);
  await reader.reload();
  await reader.getByRole('heading', { name: 'This card is not shown any more.' }).waitFor();
  expect(await reader.content()).not.toContain('It insults a neighbour');

  const { page: author } = await open(phone);
  await author.goto('/cards/mine');
  await author.getByLabel('E-mail').fill('wang@example.org');
  await author.getByLabel('Password').fill('a long password');
  await author.getByRole('button', { name: 'Sign in' }).click();
  await author.getByText('Staff have banned this card: It insults a neighbour').waitFor();
  expect(await author.getByRole('button', { name: /^(Change|Take back|Show again)/ }).count()).toBe(0);
  await shot(author, 'mine-banned');
  await author.getByRole('link', { name: 'Look at it' }).click();
  await author.getByLabel('If you think that this is wrong').fill('We are friends.');
  await author.getByRole('button', { name: 'Send' }).click();
  await author.getByText('Thank you. Somebody will look at it.').waitFor();

  await panel.goto('/admin/resources/GreetingCard');
  await panel
    .getByRole('link', { name: 'Appeals' })
    .or(panel.getByRole('button', { name: 'Appeals' }))
    .click();
  await panel.locator('tbody .cell-first a').first().click();
  await panel.getByText('We are friends.').waitFor();
  await panel.getByRole('button', { name: 'Restore' }).click();
  await dialog.getByText('Its author says: We are friends.').waitFor();
  await shot(panel, 'restore-preview');
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await finished(panel);
  await reader.reload();
  await reader.getByText('Changed words').waitFor();
  expect(complaints).toEqual([]);
}, 180_000);
