// The whole story of the seed, once, in browsers and over HTTP: register with two uploads, approve, log in by API and in the panel,
// publish anonymously and as the club, review, edit (back to pending), approve, enrol, close, delete.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../../kit/browser.ts';
import { until } from '../../kit/until.ts';
import {
  activityBody,
  call,
  type House,
  mailsTo,
  makeAdministrator,
  openHouse,
  password,
  picture,
  signIn,
  textOf,
} from './clubs-house.ts';

const email = 'rowing@example.org';
const chosen = 'eleven yellow tricycles';
const complaints: string[] = [];
let house: House;
let root: string;
let browser: Browser;

beforeAll(async () => {
  house = await openHouse({ panel: 'browser' });
  root = (await makeAdministrator(house)).token;
  await house.startWorker();
  browser = await openBrowser();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

/** Opens somebody's own browser; what breaks in it, or asks another host, is a complaint. */
async function somebody(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
  page.setDefaultTimeout(60_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== house.web.url) complaints.push(`asked ${url.origin}`);
  });
  page.on(
    'console',
    (line) => line.type() === 'error' && !/status of 4/.test(line.text()) && complaints.push(line.text()),
  );
  return page;
}

async function shot(page: Page, name: string): Promise<void> {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
}

async function enterPanel(page: Page, account: string, secret: string): Promise<void> {
  await page.goto(`${house.web.url}/admin/login`);
  await page.fill('#email', account);
  await page.fill('#password', secret);
  await page.click('button[type=submit]');
  await page.getByRole('navigation').first().waitFor();
}

/** Presses a review's button and starts the action that it opens. */
async function decide(page: Page, label: string): Promise<void> {
  await page.locator('.review-foot').getByRole('button', { name: label, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: label, exact: true }).click();
}

const club = () => house.core.db.club.findFirstOrThrow({ where: { email } });
const activity = (name: string) => house.core.db.activity.findFirstOrThrow({ where: { name } });

it('runs from the registration to the end', async () => {
  // A club registers: by a phone, in the dark, in Chinese.
  const phone = await somebody({ viewport: { width: 390, height: 844 }, colorScheme: 'dark', locale: 'zh-CN' });
  await phone.goto(`${house.web.url}/clubs/`);
  expect(await phone.locator('h1').textContent()).toBe('社团注册');
  await phone.click('#submit');
  expect(await phone.locator('#name-wrong').textContent()).toBe('此项必填。');
  expect(await house.core.db.club.count()).toBe(0);
  await phone.fill('#name', '珠江划船社');
  expect(await phone.locator('#name-wrong').isVisible(), 'a mended fault is gone').toBe(false);
  await phone.fill('#email', email);
  await phone.setInputFiles('#logo', { name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('<html>') });
  await phone.getByText('无法识别此图片文件。').waitFor();
  await phone.setInputFiles('#logo', { name: 'logo.png', mimeType: 'image/png', buffer: picture(200, 200) });
  await phone.setInputFiles('#evidence', { name: 'card.png', mimeType: 'image/png', buffer: picture(300, 200) });
  await phone.fill('#info', '成立于 1998 年');
  await shot(phone, 'story-register');
  await phone.click('#submit');
  await phone.locator('#outcome').waitFor();
  expect(await phone.locator('#outcome').textContent()).toContain(email);
  expect(await club()).toMatchObject({ name: '珠江划船社', state: 'pending', language: 'zh' });

  // Staff review and approve it.
  const staff = await somebody();
  await enterPanel(staff, 'root@example.org', password);
  await staff.goto(`${house.web.url}/admin/resources/Club/records/${(await club()).id}/review`);
  await staff.locator('.review-picture img').nth(1).waitFor();
  expect(await staff.locator('.review-picture img').count()).toBe(2);
  await shot(staff, 'story-review');
  await decide(staff, 'Approve');
  await until(async () => (await club()).state === 'approved' && mailsTo(house, email).length === 1);
  const { subject, text } = await textOf(mailsTo(house, email)[0]!);
  expect(subject).toContain('注册请求已通过');

  // The club logs in by the API with the initial password, and in the panel by the link, where it chooses its own.
  const initial = /初始密码：(\S+)/.exec(text)?.[1] ?? '';
  expect(await signIn(house, email, initial)).toEqual(expect.any(String));
  const own = await somebody();
  await own.goto(/\S+\/admin\/setup\?link=\S+/.exec(text)?.[0].replace(/^https?:\/\/[^/]+/, house.web.url) ?? '');
  await own.getByLabel('Password', { exact: true }).fill(chosen);
  await own.getByLabel('Password again').fill(chosen);
  await own.click('button[type=submit]');
  await own.getByRole('navigation').first().waitFor();
  await own.goto(`${house.web.url}/admin/resources/Club`);
  await own.getByText(/^1 club$/).waitFor();
  expect(await own.getByRole('link', { name: 'Operators' }).count()).toBe(0);
  await shot(own, 'story-club-panel');
  const token = await signIn(house, email, chosen);

  // An activity is published anonymously, another as the club.
  for (const [name, who] of [
    ['Anonymous', 'null'],
    ['River clean-up', token],
  ] as const)
    expect(
      (await call(house, 'POST', '/api/act', { body: activityBody({ name, capacity: 2 }), token: who })).status,
    ).toBe(200);
  expect(await activity('Anonymous')).toMatchObject({ clubId: null, state: 'pending' });
  const { id, number } = await activity('River clean-up');
  expect((await activity('River clean-up')).clubId).toBe((await club()).id);
  const pending = (await call(house, 'GET', '/api/act?verify=0&page=1', { token: root })).json?.content as {
    id: number;
  }[];
  expect(pending.map((one) => one.id)).toContain(number);

  // Staff approve it; the club changes the place in the panel, and it is in review again.
  expect((await call(house, 'PUT', `/api/act?act=${number}&verify=1`, { token: root })).status).toBe(200);
  await own.goto(`${house.web.url}/admin/resources/Activity/records/${id}/edit`);
  await own
    .getByLabel(/^Location/)
    .first()
    .fill('South gate');
  await own.getByRole('button', { name: 'Save', exact: true }).click();
  await until(async () => (await activity('River clean-up')).state === 'pending');
  expect((await call(house, 'GET', `/api/activities/${number}`)).status).toBe(204);
  await staff.goto(`${house.web.url}/admin/resources/Activity/records/${id}/review`);
  const change = staff.locator('.review-changes tbody tr');
  await change.first().waitFor();
  expect(await change.allTextContents()).toEqual(['LocationNorth pierSouth gate']);
  await shot(staff, 'story-difference');
  await decide(staff, 'Approve');
  await until(async () => (await activity('River clean-up')).state === 'approved');

  // Two people enrol; a third finds no place.
  const visitor = await somebody();
  await visitor.goto(`${house.web.url}/activities/`);
  await visitor.getByText('River clean-up').click();
  for (const [field, value] of Object.entries({
    username: '王小明',
    studentid: '18300001',
    phone: '13800000000',
    school: '数学学院',
  }))
    await visitor.fill(`#${field}`, value);
  await shot(visitor, 'story-enrol');
  await visitor.click('#submit');
  await visitor.locator('#outcome').waitFor();
  const person = { act: number, username: 'Ana', studentid: '2', phone: '13800000001', school: 'Physics' };
  expect((await call(house, 'POST', '/api/actApply', { body: person })).status).toBe(200);
  expect((await call(house, 'POST', '/api/actApply', { body: { ...person, studentid: '3' } })).status).toBe(409);

  // The club sees them in the panel and by the API, closes the enrolment; staff delete the activity.
  await own.goto(`${house.web.url}/admin/resources/ActivityEnrolment`);
  await own.getByText('王小明').first().waitFor();
  const list = (await call(house, 'GET', `/api/actApply?act=${number}`, { token })).json?.content as unknown[];
  expect(list).toHaveLength(2);
  expect((await call(house, 'PUT', `/api/act/${number}`, { token })).status).toBe(200);
  expect((await call(house, 'GET', `/api/act/${number}`, { token })).json?.can_enrolled).toBe(2);
  await visitor.goto(`${house.web.url}/activities/${number}`);
  await visitor.locator('#closed').waitFor();
  expect((await call(house, 'DELETE', `/api/act/${number}`, { token })).status).toBe(401);
  expect((await call(house, 'DELETE', `/api/act/${number}`, { token: root })).status).toBe(200);
  expect((await call(house, 'GET', `/api/act/${(await club()).number}/list`, { token })).status).toBe(204);
  expect(await house.core.db.activityEnrolment.count()).toBe(0);
  expect(mailsTo(house, email)).toHaveLength(1);
  expect(complaints).toEqual([]);
}, 400_000);
