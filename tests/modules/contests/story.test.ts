// The seed's whole story once, in a real Chromium and by HTTP: verify, register, send to the operator, import winners, publish, notify,
// look up 0123. Screenshots go into the folder that SHOTS names.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../../kit/browser.ts';
import { rootPassword } from '../../kit/house.ts';
import { Visitor } from '../../kit/http.ts';
import { until } from '../../kit/until.ts';
import { addPeople, codeTo, type House, makeContest, openHouse, personWith, prove, smsTo } from './contests-house.ts';

let house: House;
let browser: Browser;
const complaints: string[] = [];
const shotFolder = process.env.SHOTS;

beforeAll(async () => {
  house = await openHouse({ OUTGOING_LOOPBACK: 'true', WEBHOOK_RATE: '1000' }, { panel: true });
  await house.startWorker();
  browser = await openBrowser();
}, 360_000);
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

async function newPage(options: { locale: string; isPhone?: boolean; isDark?: boolean }): Promise<Page> {
  const context = await browser.newContext({
    locale: options.locale,
    viewport: options.isPhone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
    colorScheme: options.isDark ? 'dark' : 'light',
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (line) => {
    // A refused code or a missing proof is a 400 that the browser writes down by itself.
    if (line.type() === 'error' && !/status of (400|404|429)/.test(line.text())) complaints.push(line.text());
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== house.web.url) complaints.push(`asked ${url.origin}`);
  });
  return page;
}

async function shot(page: Page, name: string): Promise<void> {
  if (shotFolder) await page.screenshot({ path: `${shotFolder}/${name}.png`, fullPage: true });
}

const fitsPhone = async (page: Page) =>
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);

/** Registers in the browser by the keyboard alone: the number is changed once, the code mistyped once. */
async function registerInBrowser(page: Page): Promise<void> {
  await page.goto(`${house.web.url}/contests/`);
  await page.getByLabel('Фамилия').fill('Иванова');
  await page.getByLabel('Имя', { exact: true }).fill('Анна');
  await page.getByLabel('Отчество').fill('Петровна');
  await page.getByLabel('Дата рождения').pressSequentially('20051985');
  expect(await page.getByLabel('Дата рождения').inputValue()).toBe('20.05.1985');
  await page.getByLabel('Электронная почта').fill('anna@example.org');
  await page.getByLabel('Адрес', { exact: true }).fill('ул. Ленинская, 1');
  expect(await page.getByRole('button', { name: 'Зарегистрироваться' }).isDisabled()).toBe(true);
  await page.getByLabel('Телефон', { exact: true }).fill('8909');
  await page.getByLabel('Телефон', { exact: true }).press('Enter');
  await page.getByText('Введите правильный номер телефона.').waitFor();
  await page.getByLabel('Телефон', { exact: true }).fill('8 909 111-22-33');
  await page.getByLabel('Телефон', { exact: true }).press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.getByText(/Отправить ещё раз через \d+ с/).waitFor();
  expect(await page.getByRole('button', { name: /Отправить ещё раз/ }).isDisabled()).toBe(true);
  await shot(page, '1-dialog');
  // Closed by mistake, the dialog is found again: the code is on its way already, and no other one is asked for.
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Получить код' }).click();
  await page.getByRole('dialog').waitFor();
  await page.getByText(/Отправить ещё раз через \d+ с/).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Изменить номер' }).click();
  await page.getByLabel('Телефон', { exact: true }).fill('89091230123');
  await page.getByLabel('Телефон', { exact: true }).press('Enter');
  await page.getByRole('dialog').waitFor();
  const code = await codeTo(house, '+79091230123');
  await page.getByLabel('Код из СМС').fill(code === '0000' ? '1111' : '0000');
  await page.keyboard.press('Enter');
  await page.getByText('Неверный код, попробуйте еще раз').waitFor();
  await shot(page, '2-wrong-code');
  await page.getByLabel('Код из СМС').fill(code);
  await page.keyboard.press('Enter');
  await page.getByText('✓ Номер подтверждён.').waitFor();
  await shot(page, '3-proven');
  await fitsPhone(page);
  await page.getByRole('button', { name: 'Зарегистрироваться' }).press('Enter');
  await page.getByText('Анна, вы зарегистрированы.').waitFor();
  await shot(page, '4-registered');
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${house.web.url}/admin/login`);
  await page.fill('input[name=email]', 'root@example.org');
  await page.fill('input[name=password]', rootPassword);
  await page.click('button[type=submit]');
  await page.waitForURL(/admin\/?$/);
}

/** Chooses every record of a list and runs an action through its preview. */
async function runFromList(page: Page, resource: string, action: RegExp, name: string): Promise<void> {
  await page.goto(`${house.web.url}/admin/resources/${resource}`);
  await page.locator('thead input[type=checkbox]').check();
  const bar = page.locator('.selection-actions');
  const direct = bar.getByRole('button', { name: action });
  if (await direct.count()) await direct.first().click();
  else {
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: action }).click();
  }
  const dialog = page.getByRole('dialog');
  const preview = dialog.getByRole('button', { name: /Preview/ });
  await dialog
    .getByText(/will be included|will get it/)
    .or(preview)
    .first()
    .waitFor();
  if (await preview.count()) await preview.click();
  await dialog.getByText(/will be included|will get it/).waitFor();
  await shot(page, `${name}-preview`);
  await dialog.getByRole('button', { name: action }).click();
  await page.waitForURL(/Run/);
  await page
    .getByText(/Finished: \d+ done/)
    .first()
    .waitFor({ timeout: 60_000 });
  await shot(page, `${name}-run`);
}

it('goes from the verified phone to the looked-up prize', async () => {
  const contest = await makeContest(house, {
    title: 'Городская викторина',
    phoneSeconds: 60,
    operatorUrl: `${house.web.url}/api/test/create/`,
  });
  const { db } = house.core;

  // One registers in the browser, one through the API, both as the seed describes.
  const visitorPage = await newPage({ locale: 'ru-RU', isPhone: true });
  await registerInBrowser(visitorPage);
  const visitor = new Visitor(house.web);
  await prove(house, visitor, '89092220456', '+79092220456');
  expect((await visitor.post('/api/participants/create/', personWith('89092220456'))).json).toMatchObject({
    created: true,
  });
  const anna = await db.participant.findFirstOrThrow({ where: { email: 'anna@example.org' } });
  expect(anna).toMatchObject({ contestId: contest.id, phone: '+79091230123', lastFour: '0123', status: false });
  expect(anna.verifiedAt).not.toBeNull();
  expect(await db.phoneVerification.count({ where: { phone: '+79091230123' } })).toBe(0);

  // Staff send the data to the operator, whose part the stand-in plays.
  const page = await newPage({ locale: 'en-GB' });
  await signIn(page);
  await page.goto(`${house.web.url}/admin/resources/Participant`);
  await page.getByText('2 participants').waitFor();
  await shot(page, '5-participants');
  await runFromList(page, 'Participant', /Send data/, '6-send');
  await until(async () => (await db.participant.count({ where: { status: true } })) === 2);
  expect(
    await db.testSending.count({ where: { email: 'anna@example.org', phone: '+79091230123', birthday: '20.05.1985' } }),
  ).toBe(1);
  expect(await db.handOver.findMany({ select: { result: true, httpStatus: true } })).toEqual([
    { result: 'accepted', httpStatus: 201 },
    { result: 'accepted', httpStatus: 201 },
  ]);
  await page.goto(`${house.web.url}/admin/resources/HandOver`);
  await page.getByText('anna@example.org').waitFor();
  await shot(page, '7-operator-log');

  // The operator's list comes back: known, unknown and repeated numbers, without headings.
  await addPeople(house, contest.id, 1, 50);
  const list = `${anna.number};Велосипед\n999999;Ничего\n${anna.number};Второй приз\n`;
  await page.goto(`${house.web.url}/admin/resources/Winner`);
  await page.getByRole('link', { name: 'Import', exact: true }).click();
  await page.setInputFiles('input[type=file]', { name: 'data.csv', mimeType: 'text/csv', buffer: Buffer.from(list) });
  await page.getByRole('heading', { name: 'Columns' }).waitFor();
  await page.getByRole('button', { name: 'See what would happen' }).click();
  await page.getByRole('button', { name: /Import 1 new/ }).waitFor({ timeout: 60_000 });
  await shot(page, '8-rehearsal');
  expect(await db.winner.count()).toBe(0);
  await page.getByRole('button', { name: /Import 1 new/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('button', { name: 'Take the import back' }).waitFor({ timeout: 60_000 });
  expect(await db.winner.findMany({ select: { prize: true, participantId: true } })).toEqual([
    { prize: 'Велосипед', participantId: anna.id },
  ]);

  // Nothing is public before it is published; then the winner is told once.
  await visitorPage.goto(`${house.web.url}/contests/winners`);
  await visitorPage.getByText('Итоги ещё не опубликованы.').waitFor();
  await runFromList(page, 'Contest', /Publish the results/, '9-publish');
  await runFromList(page, 'Winner', /Notify/, '10-notify');
  await until(async () => (await db.participant.findUniqueOrThrow({ where: { id: anna.id } })).notice === 'sent');
  expect((await db.participant.findUniqueOrThrow({ where: { id: anna.id } })).toldAt).not.toBeNull();
  expect((await smsTo(house, '+79091230123'))[0]).toBe(
    'Городская викторина: поздравляем, ваш приз: Велосипед. https://steward.example.org/contests/winners',
  );

  // And looks up 0123, in the browser and by HTTP.
  await visitorPage.reload();
  await visitorPage.getByLabel('Последние четыре цифры').fill('0123');
  await visitorPage.keyboard.press('Enter');
  await visitorPage.getByText('Велосипед').waitFor();
  await visitorPage.getByText('Анна Петровна И.').waitFor();
  await visitorPage.getByText('+7 (9**) *** 0123').waitFor();
  await shot(visitorPage, '11-winner');
  await fitsPhone(visitorPage);
  await visitorPage.getByLabel('Последние четыре цифры').fill('9999');
  await visitorPage.keyboard.press('Enter');
  await visitorPage.getByText('нет номера, оканчивающегося на 9999').waitFor();
  expect((await visitor.get('/api/participants/winners?phone=0123')).json).toEqual([
    { prize: 'Велосипед', first_name: 'Анна', patronymic: 'Петровна', second_name: 'И', phone: '+7 (9**) *** 0123' },
  ]);
  expect(complaints).toEqual([]);
}, 300_000);

it('speaks the four languages, light and dark, and says what is missing', async () => {
  for (const [locale, send] of [
    ['en-GB', 'Register'],
    ['zh-CN', '报名'],
    ['nl-NL', 'Inschrijven'],
  ] as const) {
    const page = await newPage({ locale, isPhone: locale !== 'en-GB', isDark: locale === 'nl-NL' });
    await page.goto(`${house.web.url}/contests/`);
    await page.getByRole('button', { name: send, exact: true }).waitFor();
    await shot(page, `12-${locale}`);
    await page.goto(`${house.web.url}/contests/winners`);
    await page.locator('#all').click();
    await page.getByText('Велосипед').waitFor();
    await shot(page, `13-${locale}`);
    await page.context().close();
  }
  expect(complaints).toEqual([]);
}, 120_000);
