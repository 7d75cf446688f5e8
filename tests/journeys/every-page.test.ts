// Every page that the program has, with its demo, in a real Chromium and in Russian, whose words are the longest: the panel's pages and
// drawers come from what it declares, the public ones from the modules. What must hold for each stands in tests/kit/page-check.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PanelState } from '../../src/core/panel/api-shapes.ts';
import { modules } from '../../src/modules/index.ts';
import { openBrowser } from '../kit/browser.ts';
import { cloneDatabase, type TestDatabase } from '../kit/database.ts';
import { englishOf, textsOnPage } from '../kit/english.ts';
import { faultsOf, listenFor, phone, settle, widthFaults } from '../kit/page-check.ts';
import { eachDrawer, goTo, panelPages, readRecord, readRows, readState } from '../kit/panel-walk.ts';
import { type ServerProcess, serverProcess } from '../kit/server.ts';
import { until } from '../kit/until.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'steward-every-page-'));
const password = 'lantern orchid seven canal';
const isEnglish = englishOf('ru');
let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;
let staff: BrowserContext;
let state: PanelState;

beforeAll(async () => {
  database = await cloneDatabase();
  server = await serverProcess({
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    SMTP_URL: '',
    DEMO: 'true',
    UNDO_SECONDS: '60',
    LOG_LEVEL: 'error',
  });
  await server.start();
  browser = await openBrowser();
  staff = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'ru-RU', baseURL: server.base });
  const page = await staff.newPage();
  await until(() => server.output().includes('/admin/setup?link='));
  await page.goto(server.output().match(/\/admin\/setup\?link=\S+/)?.[0] ?? '');
  await page.locator('#email').fill('ada@example.org');
  await page.locator('#name').fill('Ada Lovelace');
  await page.locator('#password').fill(password);
  await page.locator('#again').fill(password);
  await page.locator('[type=submit]').last().click();
  await page.waitForURL(/\/admin$/);
  await page.close();
  state = await readState(staff, server.base);
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop('SIGTERM');
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Goes through the addresses with a few pages at once and returns every fault with its address. */
async function walk(
  context: BrowserContext,
  addresses: readonly string[],
  visit: (page: Page, address: string) => Promise<string[]>,
): Promise<string[]> {
  const left = [...addresses];
  const found: string[] = [];
  const one = async () => {
    const page = await context.newPage();
    const complaints = listenFor(page, server.base);
    await page.goto(addresses[0] ?? '/');
    for (let address = left.shift(); address; address = left.shift()) {
      const at = address;
      const faults = await visit(page, at).catch((error: Error) => [error.message]);
      found.push(...[...faults, ...complaints.splice(0)].map((fault) => `${at}: ${fault}`));
    }
    await page.close();
  };
  await Promise.all([one(), one(), one()]);
  return found;
}

async function englishOn(page: Page): Promise<string[]> {
  return (await textsOnPage(page)).filter(isEnglish).map((text) => `in English: ${text}`);
}

it('every page of the panel: lists, records with their parts, forms, imports, and its own', async () => {
  const addresses = await panelPages(staff, server.base, state);
  for (const { model } of state.navigation.flatMap(({ items }) => items))
    expect(addresses).toContain(`/admin/resources/${model}`);
  expect(addresses.length).toBeGreaterThan(state.resources.length * 2);
  const found = await walk(staff, addresses, async (page, address) => {
    await goTo(page, address);
    return [...(await faultsOf(page)), ...(await englishOn(page))];
  });
  expect(found).toEqual([]);
}, 400_000);

it('every action of every list: its form and its preview, closed by Escape', async () => {
  const addresses = state.resources
    .filter(({ actions }) => actions.length > 0)
    .map(({ model }) => `/admin/resources/${model}`);
  let steps = 0;
  // The same words are the same drawer, as for exports: two of them stand for all.
  const met = new Map<string, number>();
  const isNew = (name: string) => met.set(name, (met.get(name) ?? 0) + 1).get(name)! <= 2;
  const found = await walk(staff, addresses, async (page, address) => {
    await goTo(page, address);
    const faults: string[] = [];
    const lost = await eachDrawer(page, isNew, async (step) => {
      steps += 1;
      const here = [...(await faultsOf(page, 'dialog.drawer')), ...(await englishOn(page))];
      faults.push(...here.map((fault) => `${step}: ${fault}`));
    });
    return [...faults, ...lost];
  });
  expect(found).toEqual([]);
  expect(steps).toBeGreaterThan(50);
}, 400_000);

it('the bars around every page: the way past them, their order, the menus, and the navigation of a phone, by keyboard', async () => {
  const page = await staff.newPage();
  const complaints = listenFor(page, server.base);
  const focused = (part: string) => page.locator(`${part}:focus, ${part} :focus`);
  await page.goto('/admin/account');
  await settle(page);
  await page.keyboard.press('Tab');
  expect(await focused('.skip-link').boundingBox()).toMatchObject({ y: expect.toSatisfy((y: number) => y >= 0) });
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await focused('main').waitFor();

  const closed = page.locator('.navigation [aria-expanded=false]');
  while (await closed.count()) await closed.first().click();
  const links = await page.locator('.sidebar a').count();
  expect(links).toBeGreaterThan(state.navigation.flatMap(({ items }) => items).length);
  expect(await faultsOf(page, '.shell')).toEqual([]);
  const order = await page.evaluate(() =>
    [...document.querySelectorAll('.skip-link, .sidebar a, .top-bar button, main button')].map(
      (one) => one.closest('.skip-link, .sidebar, .top-bar, main')?.className || 'main',
    ),
  );
  expect([...new Set(order)]).toEqual(['skip-link', 'sidebar', 'top-bar', 'main']);

  const menu = page.locator('.operator-button');
  await menu.press('Enter');
  await focused('.menu').waitFor();
  await page.keyboard.press('Escape');
  await focused('.operator-button').waitFor();
  expect(await page.locator('.menu').count()).toBe(0);

  await page.setViewportSize(phone);
  const opener = page.locator('.top-bar .phone-only').first();
  const drawer = page.locator('.sidebar-dialog');
  for (const leave of ['Escape', 'Enter']) {
    await opener.press('Enter');
    await focused('.sidebar-dialog').waitFor();
    expect(await faultsOf(page, 'dialog.sidebar-dialog')).toEqual([]);
    await page.setViewportSize(phone);
    if (leave === 'Enter') await drawer.locator('.icon-button').focus();
    await page.keyboard.press(leave);
    await drawer.waitFor({ state: 'detached' });
    await focused('.top-bar .phone-only').waitFor();
  }
  await opener.press('Enter');
  await drawer.locator('.navigation-item').first().press('Enter');
  await drawer.waitFor({ state: 'detached' });
  await focused('h1').waitFor();
  expect(new URL(page.url()).pathname).toBe('/admin');
  expect(complaints).toEqual([]);
  await page.close();
}, 120_000);

it('what opens above a list: its filters and its columns, closed by Escape', async () => {
  const widest = [...state.resources].sort((one, other) => other.columns.length - one.columns.length).slice(0, 6);
  const found = await walk(
    staff,
    widest.map(({ model }) => `/admin/resources/${model}`),
    async (page, address) => {
      await goTo(page, address);
      // The window had another size a moment ago; what follows from that has happened after a frame.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const faults: string[] = [];
      for (const [opener, opened] of [
        [page.locator('.toolbar button[aria-haspopup=dialog]').last(), '.menu'],
        [page.locator('.toolbar button').first(), 'dialog.drawer'],
      ] as const) {
        await opener.press('Enter');
        await page.locator(`${opened} :focus`).waitFor();
        // A menu closes when the window changes its size, as looking at it on a phone would.
        if (opened !== '.menu') faults.push(...(await faultsOf(page, opened)));
        faults.push(...(await englishOn(page)));
        if (opened !== '.menu') await page.locator('dialog h2').first().focus();
        await page.keyboard.press('Escape');
        await page.locator(opened).waitFor({ state: 'detached' });
        const isBack = await opener.evaluate((one) => one === document.activeElement);
        if (!isBack) faults.push(`${opened}: after Escape the focus is not where it was opened`);
      }
      return faults;
    },
  );
  expect(found).toEqual([]);
}, 120_000);

it.each([
  ['zh', 'zh-CN'],
  ['nl', 'nl-NL'],
] as const)(
  'lists, records and tools are in %s as well, and fit on a phone',
  async (language, locale) => {
    const isStillEnglish = englishOf(language);
    const context = await browser.newContext({
      viewport: phone,
      locale,
      baseURL: server.base,
      storageState: await staff.storageState(),
      reducedMotion: 'reduce',
    });
    // Plain forms are narrow by nature, and their words are those of lists and records.
    const pages = (await panelPages(context, server.base, state)).filter((one) => !/\/(new|edit|import)$/.test(one));
    const found = await walk(context, pages, async (page, address) => {
      await goTo(page, address);
      const english = (await textsOnPage(page)).filter(isStillEnglish);
      return [...(await widthFaults(page)), ...english.map((text) => `in English: ${text}`)];
    });
    await context.close();
    expect(found).toEqual([]);
  },
  240_000,
);

it('a pasted table leads to the page where its columns are matched', async () => {
  const addresses = state.resources
    .filter(({ canImport }) => canImport)
    .map(({ model }) => `/admin/resources/${model}/actions/import`);
  expect(addresses.length).toBeGreaterThan(0);
  const found = await walk(staff, addresses, async (page, address) => {
    await goTo(page, address);
    await page.locator('#import-text').fill('email,name\nnew@example.org,Zoë\nnot-an-address,Bo\n');
    await page.locator('.import-start button.button').last().click();
    await page.waitForURL(/Import\/records/);
    await page.locator('main select').last().waitFor();
    await settle(page);
    return [...(await faultsOf(page)), ...(await englishOn(page))];
  });
  expect(found).toEqual([]);
}, 120_000);

it('the page of a run, and the start page and the lists that know of it', async () => {
  const [first] = await readRows(staff, server.base, 'Recipient');
  const answer = await staff.request.post('/admin/api/steward/actions/certificates.send-notice/start', {
    headers: { Origin: server.base },
    data: { selection: { ids: [first?.id] }, form: {}, expected: 1, idempotencyKey: crypto.randomUUID() },
  });
  const { runId } = (await answer.json()) as { runId: string };
  const addresses = [`/admin/resources/Run/records/${runId}/show`, '/admin', '/admin/resources/Run'];
  const found = await walk(staff, addresses, async (page, address) => {
    await goTo(page, address);
    return [...(await faultsOf(page)), ...(await englishOn(page))];
  });
  expect(found).toEqual([]);
}, 120_000);

/** Addresses that are declared with a place in them, with what the demo has for it, and the page of a printed code. */
async function filledAddresses(): Promise<Record<string, string>> {
  const first = async (model: string, column: string, isMeant = (_: Record<string, unknown>) => true) => {
    const id = (await readRows(staff, server.base, model)).find(({ values }) => isMeant(values))?.id ?? '';
    return column === 'id' ? id : (await readRecord(staff, server.base, model, id))[column];
  };
  return {
    '/certificates/verify/:code': `/certificates/verify/${await first('Certificate', 'code')}`,
    '/activities/:id': `/activities/${await first('Activity', 'number', ({ state: is }) => is === 'approved')}`,
    '/contests/draw/:id': `/contests/draw/${await first('Draw', 'id')}`,
    '/qrcode': `/qrcode?id=${await first('QrCode', 'uniqueId', ({ cardId }) => Boolean(cardId))}`,
  };
}

it('every public page, from the first one to the page of one activity, and the pages before signing in', async () => {
  const filled = await filledAddresses();
  const declared = modules
    .flatMap(({ pages }) => Object.keys(pages ?? {}))
    .map((address) => filled[address] ?? address);
  expect(declared.filter((address) => address.includes(':') || address.includes('undefined'))).toEqual([]);
  const stranger = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    locale: 'ru-RU',
    baseURL: server.base,
  });
  const found = await walk(
    stranger,
    ['/', ...declared, '/docs', '/admin/login', '/admin/forgot', '/admin/setup'],
    async (page, address) => {
      await page.goto(address);
      await settle(page);
      return faultsOf(page);
    },
  );
  // Two of these pages say that there is nothing: the demo's draw is not frozen, and the first link was used.
  const told = found.filter((fault) => !/^\/(contests\/draw\/\S+|admin\/setup): 404 from/.test(fault));
  const page = await stranger.newPage();
  await page.goto('/');
  const links = await page.locator('main a').evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? ''));
  expect(links.filter((link) => !declared.includes(link))).toEqual([]);
  await stranger.close();
  expect(told).toEqual([]);
}, 240_000);

it('keeps what somebody has typed when the session ends: they sign in in another tab and save', async () => {
  const context = await browser.newContext({
    locale: 'en-GB',
    baseURL: server.base,
    storageState: await staff.storageState(),
  });
  const page = await context.newPage();
  const [campaign] = await readRows(context, server.base, 'Campaign');
  await page.goto(`/admin/resources/Campaign/records/${campaign?.id}/edit`);
  await page.getByLabel('Organisation').fill('An hour of typing');
  await context.clearCookies();
  await page.locator('main [type=submit]').click();
  const told = page.locator('.signed-out');
  await told.waitFor();
  expect(await told.getByRole('link').evaluate((link) => link.getBoundingClientRect().top)).toBeGreaterThan(0);
  const [other] = await Promise.all([context.waitForEvent('page'), told.getByRole('link').click()]);
  await other.locator('#email').fill('ada@example.org');
  await other.locator('#password').fill(password);
  await other.locator('[type=submit]').last().click();
  await other.waitForURL(/\/admin$/);
  await other.close();
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await told.waitFor({ state: 'detached' });
  await page.locator('main [type=submit]').click();
  await page.waitForURL(/\/show$/);
  expect(await readRecord(context, server.base, 'Campaign', campaign?.id ?? '')).toMatchObject({
    organisation: 'An hour of typing',
  });
  await context.close();
}, 60_000);

it('finds each of these faults where somebody has made it', async () => {
  const page = await staff.newPage();
  const complaints = listenFor(page, server.base);
  await page.goto('/admin/account');
  await settle(page);
  expect([...(await faultsOf(page)), ...(await englishOn(page))]).toEqual([]);
  await page.evaluate(() => {
    const make = (html: string) => document.querySelector('main')?.insertAdjacentHTML('beforeend', html);
    make('<p style="color:#8a8a8a;background:#999">Unleserlich</p>');
    make('<p style="color:light-dark(#000,#333);background:light-dark(#fff,#222)">Nachts unleserlich</p>');
    make('<p style="width:700px">Zu breit</p>');
    make('<button style="outline:none;box-shadow:none;background:#fff;border:1px solid">Wo bin ich</button>');
    make('<a href="#" id="trap">Falle</a><button id="beyond">Dahinter</button>');
    make('<h2>Loading Steward</h2>');
    make('<p style="width:4em;overflow-wrap:anywhere">Auseinandergeris</p>');
    document.querySelector('#trap')?.addEventListener('keydown', (event) => event.preventDefault());
    console.error('said aloud');
    // The panel's own policy stops what asks elsewhere before it leaves; that is told too.
    return fetch('http://127.0.0.2:9/').catch(() => undefined);
  });
  const found = [...(await faultsOf(page)), ...(await englishOn(page)), ...complaints].join('\n');
  for (const fault of [
    /light: color-contrast at .*Unleserlich/,
    /dark: color-contrast at .*Nachts unleserlich/,
    /px wider than a phone of 320: .*700px/,
    /px wider than a phone of 390: .*700px/,
    /nothing shows that the focus is at .*Wo bin ich/,
    /Tab does not reach .*beyond/,
    /in English: Loading Steward/,
    /torn in the middle: Auseinandergeris/,
    /console: said aloud/,
    /console: .*http:\/\/127\.0\.0\.2:9/,
  ])
    expect(found).toMatch(fault);
  await page.close();
}, 120_000);
