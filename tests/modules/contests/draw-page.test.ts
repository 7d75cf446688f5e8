// The public protocol of a draw in a real browser, from the freeze to the no-show, in every language, and the seed from relays of drand of
// which some are down, slow or lie. Screenshots go into the folder that SHOTS names.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, systemActor } from '../../../src/core/index.ts';
import { frozenText, sha256 } from '../../../src/modules/contests/drawing.ts';
import { createDraw, freezeDraw } from '../../../src/modules/contests/draws.ts';
import { commitWords, revealWords } from '../../../src/modules/contests/staff-seed.ts';
import { openBrowser } from '../../kit/browser.ts';
import { compiledFile } from '../../kit/compiled.ts';
import { actorWith } from '../../kit/core.ts';
import type { HttpSink } from '../../kit/http-sink.ts';
import { addPeople, type House, makeContest, openHouse, runOn } from './contests-house.ts';
import { round42, startDrandRelay } from './drand-relay.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'steward-draw-page-'));
const shotFolder = process.env.SHOTS;
const complaints: string[] = [];
let house: House;
let browser: Browser;
let relays: HttpSink[];
let next = 0;

beforeAll(async () => {
  relays = [
    await startDrandRelay({ status: 500, body: 'down' }),
    await startDrandRelay(() => {}),
    await startDrandRelay({ status: 302, headers: { Location: 'http://127.0.0.1:1/' } }),
    await startDrandRelay({ status: 200, body: '\u0000<html>' }),
    await startDrandRelay({ status: 200, body: JSON.stringify({ ...round42, signature: 'a'.repeat(96) }) }),
    await startDrandRelay(),
  ];
  house = await openHouse({
    TIME_ZONE: 'Asia/Kathmandu',
    DRAND_RELAYS: ['http://127.0.0.1:1', ...relays.map(({ url }) => `${url}/`)].join(','),
  });
  browser = await openBrowser();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await house?.close();
  for (const relay of relays) await relay.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function prepared(values: Record<string, unknown> = {}): Promise<string> {
  const contest = await makeContest(house, { title: 'Городская викторина' });
  await addPeople(house, contest.id, 12, next);
  next += 12;
  const draw = { contestId: contest.id, title: 'Главный розыгрыш', prizes: '1 x Велосипед\n2 x Книга', reserves: 2 };
  return house.core.transaction(systemActor, async (work) => (await createDraw(work, { ...draw, ...values })).id);
}

const freeze = (id: string) => house.core.transaction(systemActor, (work) => freezeDraw(work, id));
const by = (n: number): Actor =>
  actorWith(['*'], { id: `0190a000-0000-7000-8000-00000000000${n}`, name: `Operator ${n}` });

/** Freezes a draw as it would have been in August 2023, so that the round whose beacon is known comes after it. */
async function frozenBefore42(): Promise<string> {
  const id = await prepared({ seedSource: 'drand' });
  await freeze(id);
  const draw = await house.core.db.draw.findUniqueOrThrow({ where: { id }, include: { entries: true } });
  const codes = draw.entries.map(({ code }) => code);
  const { round } = round42;
  const fingerprint = sha256(frozenText({ ...draw, source: 'drand', round, codes }));
  const frozenAt = new Date('2023-08-23T15:10:00Z');
  await house.core.db.draw.update({ where: { id }, data: { round, fingerprint, frozenAt } });
  return id;
}

async function open(options: { locale?: string; isPhone?: boolean; isDark?: boolean } = {}): Promise<Page> {
  const context = await browser.newContext({
    baseURL: house.web.url,
    locale: options.locale ?? 'ru-RU',
    timezoneId: 'America/New_York',
    viewport: options.isPhone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
    colorScheme: options.isDark ? 'dark' : 'light',
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).protocol.startsWith('http') && !request.url().startsWith(house.web.url))
      complaints.push(request.url());
  });
  return page;
}

async function mustBeFine(page: Page, name: string): Promise<void> {
  if (shotFolder) await page.screenshot({ path: `${shotFolder}/${name}.png`, fullPage: true });
  await page.evaluate(axe.source);
  const found = await page.evaluate('axe.run({ runOnly: ["wcag2a", "wcag2aa"] })');
  const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] };
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
}

describe('the page of a draw', () => {
  it('knows nothing of a draw that is not frozen, or is none', async () => {
    const id = await prepared();
    const page = await open({ isPhone: true });
    for (const one of [id, 'nothing', '%2e%2e%2fapi', '00000000-0000-7000-8000-000000000000']) {
      await page.goto(`/contests/draw/${one}`);
      await page.getByText('Такого розыгрыша нет').waitFor();
    }
    await mustBeFine(page, 'draw-unknown');
    await page.context().close();
  });

  it('goes with the draw: frozen, drawn by words of staff, a no-show with the reason; its file is checked offline', async () => {
    const id = await prepared();
    await freeze(id);
    const { fingerprint } = await house.core.db.draw.findUniqueOrThrow({ where: { id } });
    const page = await open({ isPhone: true, isDark: true });
    await page.goto(`/contests/draw/${id}`);
    await page.getByRole('heading', { name: 'Главный розыгрыш' }).waitFor();
    await page.getByText(fingerprint ?? 'none').waitFor();
    expect(await page.locator('#places').isVisible()).toBe(false);
    expect(await page.locator('#file').isVisible()).toBe(false);
    await mustBeFine(page, 'draw-frozen');

    const words = ['a quiet canal in spring', 'seventeen green bicycles'];
    for (const [at, one] of words.entries())
      await house.core.transaction(by(at), (work) => commitWords(work, id, sha256(one), `Operator ${at}`));
    for (const [at, one] of words.entries()) await house.core.transaction(by(at), (work) => revealWords(work, id, one));
    const { seed } = await house.core.db.draw.findUniqueOrThrow({ where: { id } });
    await page.reload();
    await page.getByText(seed ?? 'none').waitFor();
    const rows = page.locator('#places li');
    expect(await rows.count()).toBe(5);
    expect(await rows.first().innerText()).toContain('Велосипед');

    const first = await house.core.db.drawEntry.findFirstOrThrow({ where: { drawId: id, rank: 1 } });
    await runOn(house, 'mark-no-show', [first.id], { reason: 'не отвечает неделю' });
    await page.reload();
    await page.getByText('не отвечает неделю').waitFor();
    expect(await rows.first().innerText()).toContain(first.code);
    expect(await rows.nth(3).innerText()).toContain('Велосипед');
    await mustBeFine(page, 'draw-drawn');
    expect(await page.content()).not.toMatch(/Имя\d|Фамилия|@example|\+7909/);

    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#file').click()]);
    const file = path.join(folder, download.suggestedFilename());
    await download.saveAs(file);
    const told = (await page.locator('#command').innerText()).split(' -- ')[1]?.split(' ') ?? [];
    expect(told).toEqual(['contests:verify-draw', `draw-${id}.json`]);
    const { stdout } = await promisify(execFile)(process.execPath, [compiledFile('src/cli.ts'), ...told], {
      cwd: folder,
      env: { PATH: process.env.PATH, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' },
    });
    expect(stdout).toContain('The draw is right.');
    await page.context().close();
  }, 240_000);

  it('speaks four languages, light and dark', async () => {
    const id = await house.core.db.draw.findFirstOrThrow({ where: { state: 'drawn' } }).then((draw) => draw.id);
    const page = await open({ locale: 'en-GB' });
    await page.goto(`/contests/draw/${id}`);
    const heads = new Set<string>();
    for (const language of ['English', '中文', 'Русский', 'Nederlands']) {
      await page.getByRole('button', { name: language }).click();
      heads.add(await page.locator('#places-head').innerText());
      await mustBeFine(page, `draw-${language}`);
    }
    expect(heads.size).toBe(4);
    await page.context().close();
  }, 120_000);
});

describe('the seed from drand', () => {
  it('is taken from the first relay that gives the genuine beacon; those that are down, slow or lie are passed over', async () => {
    const id = await frozenBefore42();
    expect(await runOn(house, 'draw-by-beacon', [id])).toMatchObject([{ outcome: 'done' }]);
    expect(await house.core.db.draw.findUniqueOrThrow({ where: { id } })).toMatchObject({
      state: 'drawn',
      seed: round42.randomness,
      signature: round42.signature,
    });
    expect(relays.map(({ taken }) => taken.length)).toEqual([1, 1, 1, 1, 1, 1]);
    const page = await open({ locale: 'en-GB' });
    await page.goto(`/contests/draw/${id}`);
    await page.getByText(round42.randomness).waitFor();
    // On the clocks of the house, which are named: the reader's are elsewhere.
    expect(await page.locator('#facts').innerText()).toContain('23 Aug 2023, 20:55 GMT+5:45');
    await mustBeFine(page, 'draw-drand');
    await page.context().close();
  }, 120_000);

  it('draws nothing when no relay gives it, and says what to do', async () => {
    const id = await frozenBefore42();
    const relay = relays.pop();
    await relay?.stop();
    expect(await runOn(house, 'draw-by-beacon', [id])).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('paste its signature') },
    ]);
    expect(await house.core.db.draw.findUniqueOrThrow({ where: { id } })).toMatchObject({
      state: 'frozen',
      seed: null,
    });
    expect(await runOn(house, 'draw-by-beacon', [id], { signature: round42.signature })).toMatchObject([
      { outcome: 'done' },
    ]);
  }, 120_000);
});

it('speaks to nobody else', () => expect(complaints).toEqual([]));
