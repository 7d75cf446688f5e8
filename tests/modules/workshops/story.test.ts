// The seed's whole story, once: event, workshops, links, a CSV of users, printed keys, people who choose in a browser, conflicts explained,
// closing, and the workbook opened and checked cell by cell.
import { buffer } from 'node:stream/consumers';
import AxeBuilder from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/index.ts';
import { runAction } from '../../../src/core/runs/run.ts';
import { readList, rehearseList } from '../../../src/modules/workshops/attendee-list.ts';
import { replaceAttendees } from '../../../src/modules/workshops/attendees.ts';
import { openBrowser } from '../../kit/browser.ts';
import { Visitor } from '../../kit/http.ts';
import { brokenInvariants } from './seat-rush.ts';
import { openWorkbook } from './workbook.ts';
import { bearer, type House, managerToken, openHouse } from './workshops-house.ts';

let house: House;
let browser: Browser;
let manager: string;
const visitor = () => new Visitor(house.web);
const json = { 'content-type': 'application/json' };
const send = (method: string, path: string, body?: unknown) =>
  visitor().send(method, path, {
    ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { ...json, ...bearer(manager) },
  });

beforeAll(async () => {
  house = await openHouse({ TIME_ZONE: 'Europe/Amsterdam' });
  await house.startWorker();
  browser = await openBrowser();
  manager = await managerToken(house);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

const list = `Naam;Klas;Doelgroep;Identificatie\r\n${['Ada', 'Bob', 'Cid', 'Dee'].map((name) => `${name};1A;intern;`).join('\r\n')}\r\nEve;2B;extern;EVESKEY1\r\n`;

async function signIn(page: Page, key: string): Promise<void> {
  await page.goto(`${house.web.url}/workshops/#key=${key}`);
  // The key leaves the address at once.
  await page.waitForURL(`${house.web.url}/workshops/`);
  await page.click('#sign-in button[type=submit]');
  await page.waitForSelector('#tabs:visible');
}

const choose = (page: Page, title: string) =>
  page.locator('#moments label', { hasText: new RegExp(`^${title}$`) }).click();
const choice = (page: Page, title: string) =>
  page.locator('.choice', { has: page.locator('label', { hasText: new RegExp(`^${title}$`) }) });

async function openPage(): Promise<Page> {
  const viewport = { width: 390, height: 844 };
  const context = await browser.newContext({ locale: 'nl-NL', timezoneId: 'Asia/Tokyo', viewport });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  return page;
}

it('runs from an empty event to the workbook', async () => {
  // The manager's front end makes the event, its workshops and links.
  const { id } = (await send('POST', '/events', { name: 'projectweek' })).json as { id: number };
  const workshops = [
    { title: 'Robotica', moment: 'Maandag', limit: 2, targetGroup: 'intern' },
    { title: 'Keramiek', moment: 'Maandag', limit: '10', targetGroup: 'intern' },
    { title: 'Robotica vervolg', moment: 'Dinsdag', limit: 2, targetGroup: 'intern' },
    { title: 'Zeilen', moment: 'Dinsdag', limit: 10, targetGroup: 'intern' },
    { title: 'Gasten: =1/2', moment: 'Maandag', limit: 10, targetGroup: 'extern' },
  ];
  const event = (await send('PUT', `/events/${id}`, { id, name: 'projectweek', available: true, workshops })).json as {
    workshops: { id: number; title: string }[];
  };
  const number = (title: string) => event.workshops.find((one) => one.title === title)!.id;
  const link = (first: string, second: string, link_type: string) => ({
    workshop1_id: number(first),
    workshop2_id: number(second),
    link_type,
    event_id: id,
  });
  const links = [link('Robotica', 'Robotica vervolg', 'inclusive'), link('Keramiek', 'Zeilen', 'exclusive')];
  expect((await send('PUT', `/events/${id}/workshop_links`, links)).status).toBe(204);

  const times = { startsAt: new Date('2026-06-01T07:30:00Z'), endsAt: new Date('2026-06-01T09:00:00Z') };

  // Staff bring the people in from a CSV file and print the keys.
  const { id: eventId } = await house.core.db.workshopEvent.findUniqueOrThrow({ where: { number: id } });
  await house.core.db.workshopMoment.create({ data: { eventId, name: 'Maandag', ...times } });
  const { counts, wanted } = await rehearseList(house.core, house.core.db, eventId, await readList(Buffer.from(list)), {
    removeMissing: false,
  });
  expect(counts).toMatchObject({ fresh: 5, duplicates: 0 });
  await house.core.transaction(systemActor, (work) => replaceAttendees(work, eventId, wanted));
  const { runId } = await runAction(house.core, systemActor, 'workshops.print-keys', {
    selection: { all: true },
    form: {},
    idempotencyKey: crypto.randomUUID(),
  });
  const { fileId } = await house.core.db.run.findUniqueOrThrow({ where: { id: runId } });
  expect((await house.core.files.bytes(fileId!)).toString('latin1', 0, 5)).toBe('%PDF-');
  const { users } = (await send('GET', `/events/${id}/users`)).json as {
    users: { full_name: string; identity: string; id: number }[];
  };
  const key = (name: string) => users.find(({ full_name }) => full_name === name)!.identity;

  // Ada chooses on a telephone: the links are explained and kept.
  const ada = await openPage();
  await ada.goto(`${house.web.url}/workshops/`);
  await ada.fill('#key', 'not a key');
  await ada.click('#sign-in button[type=submit]');
  await ada.locator('#message', { hasText: 'Deze sleutel kennen we niet' }).waitFor();
  await signIn(ada, key('Ada'));
  expect(await choice(ada, 'Gasten: =1/2').count(), 'another group’s workshops are not shown').toBe(0);
  expect(await choice(ada, 'Robotica').innerText()).toContain('Hoort bij Robotica vervolg (Dinsdag).');
  expect(await choice(ada, 'Keramiek').innerText()).toContain('Kan niet samen met Zeilen (Dinsdag).');
  await choose(ada, 'Keramiek');
  expect(await choice(ada, 'Zeilen').innerText()).toContain('Onbeschikbaar: je koos Keramiek.');
  expect(await choice(ada, 'Zeilen').locator('input').isDisabled()).toBe(true);
  await choose(ada, 'Robotica');
  expect(await ada.locator('#message').innerText()).toContain('Robotica vervolg is ook gekozen');
  expect(await choice(ada, 'Robotica vervolg').locator('input').isChecked()).toBe(true);
  await ada.evaluate(AxeBuilder.source);
  const faults = await ada.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
    return (await axe.run()).violations.map((one) => one.id);
  });
  expect(faults).toEqual([]);
  expect(
    await ada.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    'nothing hangs over the edge',
  ).toBeLessThanOrEqual(0);
  await ada.click('#confirm');
  await ada.locator('#schedule strong', { hasText: 'Robotica vervolg' }).waitFor();
  expect(await ada.locator('#schedule').innerText(), 'on the clocks of the house').toMatch(/1 jun,? 09:30–11:00/);
  expect(await ada.locator('#message').innerText()).toContain('Je keuze staat vast');

  // Bob takes the last places while Cid has the page open: Cid learns of it in words, and nothing is half done.
  const cid = await openPage();
  await signIn(cid, key('Cid'));
  await choose(cid, 'Robotica');
  const bob = await openPage();
  await signIn(bob, key('Bob'));
  await choose(bob, 'Robotica');
  await bob.click('#confirm');
  await bob.waitForSelector('#schedule:visible');
  await cid.click('#confirm');
  await cid.locator('#message', { hasText: 'net volgeraakt' }).waitFor();
  expect(await choice(cid, 'Robotica').innerText()).toContain('Vol');
  expect(await house.core.db.workshopRegistration.count({ where: { attendee: { fullName: 'Cid' } } })).toBe(0);
  await choose(cid, 'Keramiek');
  await cid.click('#confirm');
  await cid.waitForSelector('#schedule:visible');
  await cid.getByRole('button', { name: 'English' }).click();
  expect(await cid.locator('#tabs').innerText()).toContain('My schedule');

  // An old front end asks for what the links forbid.
  const dee = String((await visitor().post('/auth/login', { credential: key('Dee'), admin_login: 0 })).json?.token);
  const refused = await visitor().send(
    'PUT',
    `/registrations/user/${users.find(({ full_name }) => full_name === 'Dee')!.id}`,
    {
      body: JSON.stringify({ workshop_ids: [number('Keramiek'), number('Zeilen')] }),
      headers: { ...json, ...bearer(dee) },
    },
  );
  expect([refused.status, refused.json]).toEqual([
    403,
    { description: 'Link between workshop Keramiek and Zeilen, type: exclusive' },
  ]);

  // Closed: the page lets people look, the API refuses.
  await runAction(house.core, systemActor, 'workshops.close', {
    selection: { all: true },
    form: {},
    idempotencyKey: crypto.randomUUID(),
  });
  const eve = await openPage();
  await signIn(eve, 'eveskey1');
  await eve.click('[data-tab=choose]');
  await eve.locator('#choose-intro', { hasText: 'gesloten' }).waitFor();
  expect(await eve.locator('#confirm').isVisible()).toBe(false);
  expect(
    (await send('PUT', `/registrations/user/${users[0]!.id}`, { workshop_ids: [] })).status,
    'managers must say why',
  ).toBe(400);

  // The workbook, cell by cell.
  const answer = await fetch(`${house.web.url}/export/event_registrations/${id}`, { headers: bearer(manager) });
  expect(answer.headers.get('content-type')).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
  expect(answer.headers.get('content-disposition')).toContain('inschrijvingen.xlsx');
  const head = ['Naam', 'Klas'];
  expect(await openWorkbook(await buffer(answer.body as never))).toEqual([
    { name: 'Robotica', rows: [['Robotica'], [], head, ['Ada', '1A'], ['Bob', '1A']] },
    { name: 'Keramiek', rows: [['Keramiek'], [], head, ['Cid', '1A']] },
    { name: 'Robotica vervolg', rows: [['Robotica vervolg'], [], head, ['Ada', '1A'], ['Bob', '1A']] },
    { name: 'Zeilen', rows: [['Zeilen'], [], head] },
    { name: 'Gasten- =1-2', rows: [['Gasten: =1/2'], [], head] },
  ]);
  expect(await brokenInvariants(house.core, eventId)).toEqual([]);
}, 300_000);
